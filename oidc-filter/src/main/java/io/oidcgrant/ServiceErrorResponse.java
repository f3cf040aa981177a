package io.oidcgrant;

import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.io.JsonStringEncoder;

/** The answer where no service token can be had, and its line in the log. Immutable. */
final class ServiceErrorResponse {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamOAuthFilter.class);
  private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*(status|message)\\s*}}");

  private final UpstreamOAuthConfig config;
  private final GrantObserver observer;
  private final byte[] body;
  private final boolean exchange;

  ServiceErrorResponse(UpstreamOAuthConfig config, GrantObserver observer) {
    this.config = config;
    this.observer = observer;
    this.body = body(config).getBytes(StandardCharsets.UTF_8);
    this.exchange = config.grantType().equals("token_exchange");
  }

  private static String body(UpstreamOAuthConfig config) {
    UnaryOperator<String> escape = escape(config.errorContentType().toLowerCase(Locale.ROOT));
    return PLACE
        .matcher(config.errorTemplate())
        .replaceAll(place -> Matcher.quoteReplacement(
            place.group(1).equals("status")
                ? Integer.toString(config.errorStatus())
                : escape.apply(config.errorMessage())));
  }

  private static UnaryOperator<String> escape(String type) {
    if (type.contains("json")) {
      return text -> new String(JsonStringEncoder.getInstance().quoteAsCharArray(text));
    }
    return type.contains("html") || type.contains("xml")
        ? text -> text.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace("\"", "&quot;")
            .replace("'", "&#39;")
        : text -> text;
  }

  /** As {@code behavior} says; what is wrong with a token of the caller's is his. */
  void write(HttpServletResponse response, Failure failure) throws IOException {
    log(failure);
    observer.refused(failure.kind());
    boolean callers =
        exchange && (failure.kind() == Kind.NO_CREDENTIAL || failure.kind() == Kind.REJECTED);
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Content-Type-Options", "nosniff");
    failure
        .retryAfter()
        .ifPresent(delay -> response.setHeader(
            "Retry-After", Long.toString(Math.max(1, (delay.toMillis() + 999) / 1000))));
    if (callers) {
      boolean none = failure.kind() == Kind.NO_CREDENTIAL;
      response.setStatus(401);
      response.setHeader(
          "WWW-Authenticate", "Bearer realm=\"oidc\"" + (none ? "" : ", error=\"invalid_token\""));
      response.setContentType("application/json;charset=utf-8");
      write(
          response,
          ("{\"message\":\"Unauthorized\",\"error\":\""
                  + failure.kind().challengeError().orElse(failure.kind().code()) + "\"}")
              .getBytes(StandardCharsets.UTF_8));
      return;
    }
    response.setStatus(config.errorStatus());
    response.setContentType(config.errorContentType());
    write(response, body);
  }

  private static void write(HttpServletResponse response, byte[] bytes) throws IOException {
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
    response.getOutputStream().flush();
  }

  private static void log(Failure failure) {
    switch (failure.kind()) {
      case NO_CREDENTIAL -> LOG.debug("{}: {}", failure.kind().code(), failure.detail());
      case CLIENT_REFUSED, INTERNAL -> LOG.error("{}: {}", failure.kind().code(), failure.detail());
      default -> LOG.warn("{}: {}", failure.kind().code(), failure.detail());
    }
  }
}
