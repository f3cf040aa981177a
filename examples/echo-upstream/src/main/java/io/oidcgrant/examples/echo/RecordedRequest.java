package io.oidcgrant.examples.echo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A request as the upstream received it. Immutable. */
public final class RecordedRequest {
  private final String method;
  private final URI target;
  private final String origin;
  private final Map<String, List<String>> headers;
  private final byte[] body;

  private RecordedRequest(
      String method, URI target, String origin, Map<String, List<String>> headers, byte[] body) {
    this.method = method;
    this.target = target;
    this.origin = origin;
    this.headers = headers;
    this.body = body;
  }

  static RecordedRequest read(HttpExchange exchange) throws IOException {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(titleCase(name), List.copyOf(values)));
    return new RecordedRequest(
        exchange.getRequestMethod(),
        exchange.getRequestURI(),
        exchange.getRemoteAddress().getAddress().getHostAddress(),
        Collections.unmodifiableMap(headers),
        exchange.getRequestBody().readAllBytes());
  }

  /** The method. */
  public String method() {
    return method;
  }

  /** The path, as sent: not decoded. */
  public String path() {
    return target.getRawPath();
  }

  /** The query without its question mark, as sent: not decoded. */
  public Optional<String> rawQuery() {
    return Optional.ofNullable(target.getRawQuery());
  }

  /**
   * All header fields, names in Title-Case and found in any case; the values of one name in the
   * order of arrival.
   */
  public Map<String, List<String>> headers() {
    return headers;
  }

  /** The first value of a header field. */
  public Optional<String> header(String name) {
    @Nullable List<String> values = headers.get(name);
    return values == null ? Optional.empty() : Optional.of(values.get(0));
  }

  /** The body's bytes, a copy. */
  public byte[] body() {
    return body.clone();
  }

  /** The body read as UTF-8. */
  public String bodyText() {
    return new String(body, UTF_8);
  }

  /** The caller's IP address. */
  String origin() {
    return origin;
  }

  /** The whole URL, with the host that the caller named. */
  String url() {
    return "http://" + header("Host").orElse("") + target;
  }

  @Override
  public String toString() {
    return method + " " + target;
  }

  private static String titleCase(String name) {
    List<String> words = new ArrayList<>();
    for (String word : name.split("-", -1)) {
      words.add(
          word.isEmpty()
              ? word
              : word.substring(0, 1).toUpperCase(Locale.ROOT)
                  + word.substring(1).toLowerCase(Locale.ROOT));
    }
    return String.join("-", words);
  }
}
