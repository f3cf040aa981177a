package io.oidcgrant;

import io.oidcgrant.clientauth.ClientKeys;
import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.OidcGrantFile;
import io.oidcgrant.config.UpstreamOAuthConfig;
import jakarta.servlet.FilterConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The configuration that stands in a filter's init-params. */
final class InitParams {
  static final String CLIENT_KEYS_FILE = "client_keys_file";
  private static final String CONFIG = "config";
  private static final String ASYNC_DISPATCH = "async_dispatch";
  private static final String CLASSPATH = "classpath:";

  private InitParams() {}

  /** Reads it. Throws {@link ConfigException} with every problem. */
  static OidcGrantConfig read(FilterConfig params) {
    return read(params, OidcGrantConfig::fromTexts, OidcGrantFile::load, OidcGrantFile::parse);
  }

  /** The same for the other filter. */
  static UpstreamOAuthConfig readUpstreamOAuth(FilterConfig params) {
    return read(
        params,
        UpstreamOAuthConfig::fromTexts,
        OidcGrantFile::loadUpstreamOAuth,
        OidcGrantFile::parseUpstreamOAuth);
  }

  private interface OfTexts<T> {
    T read(String source, Iterable<String> names, UnaryOperator<String> texts);
  }

  private static <T> T read(
      FilterConfig params,
      OfTexts<T> ofTexts,
      Function<Path, T> ofFile,
      BiFunction<String, String, T> ofText) {
    String source = source(params);
    List<String> names = Collections.list(params.getInitParameterNames());
    names.remove(ASYNC_DISPATCH);
    String file = params.getInitParameter(CONFIG);
    if (file == null) {
      return ofTexts.read(source, names, params::getInitParameter);
    }
    if (names.size() > 1) {
      throw problem(source, "stands beside other init-params; the file must hold them all");
    }
    if (!file.startsWith(CLASSPATH)) {
      return ofFile.apply(Path.of(file));
    }
    String resource = file.substring(CLASSPATH.length()).replaceFirst("^/", "");
    try (InputStream in =
        Thread.currentThread().getContextClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw problem(source, "names no resource on the class path: " + resource);
      }
      return ofText.apply(file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw problem(source, "names a resource that cannot be read: " + resource);
    }
  }

  /** See {@link OidcGrantFilter#setAsyncDispatch}; empty where it is not said. */
  static Optional<Boolean> asyncDispatch(FilterConfig params) {
    String text = params.getInitParameter(ASYNC_DISPATCH);
    if (text == null) {
      return Optional.empty();
    }
    String word = text.strip();
    if (!word.equals("true") && !word.equals("false")) {
      throw problem(source(params), ASYNC_DISPATCH, "must be true or false");
    }
    return Optional.of(word.equals("true"));
  }

  /** The keys in the file that {@code client_keys_file} names; empty where it is not said. */
  static Optional<ClientKeys> clientKeys(Function<String, @Nullable String> params) {
    return Optional.ofNullable(params.apply(CLIENT_KEYS_FILE))
        .map(name -> ClientKeys.at(Path.of(name.strip())));
  }

  private static String source(FilterConfig params) {
    return "init-param of filter " + params.getFilterName();
  }

  private static ConfigException problem(String source, String message) {
    return problem(source, CONFIG, message);
  }

  private static ConfigException problem(String source, String name, String message) {
    return new ConfigException(List.of(new ConfigProblem(source, 0, name, message)));
  }
}
