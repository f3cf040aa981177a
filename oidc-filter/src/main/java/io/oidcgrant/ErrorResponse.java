package io.oidcgrant;

import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answer to a request that does not go on, and its line in the log. Immutable, safe for
 * concurrent use.
 */
final class ErrorResponse {
  private static final Logger LOG = LoggerFactory.getLogger(OidcGrantFilter.class);
  private static final String REALM = "realm=\"oidc\"";

  private final OidcGrantConfig config;
  private final boolean basic;

  ErrorResponse(OidcGrantConfig config) {
    this.config = config;
    List<String> methods = config.authMethods();
    this.basic = (methods.contains("password") && config.passwordParamType().contains("header"))
        || (methods.contains("client_credentials")
            && config.clientCredentialsParamType().contains("header"));
  }

  void write(HttpServletResponse response, Failure failure) throws IOException {
    log(failure);
    Kind kind = failure.kind();
    int status = status(kind);
    response.setStatus(status);
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Content-Type-Options", "nosniff");
    if (status == 401 || status == 400 || status == 403) {
      challenge(response, kind);
    }
    failure.retryAfter().ifPresent(delay -> response.setHeader("Retry-After", seconds(delay)));
    byte[] body = body(failure).getBytes(StandardCharsets.UTF_8);
    response.setContentType("application/json;charset=utf-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
    response.getOutputStream().flush();
  }

  /** Kong answers every trouble with the issuer with 401. */
  private int status(Kind kind) {
    return config.kongCompatible() && kind.status() >= 500 ? 401 : kind.status();
  }

  private static String seconds(Duration delay) {
    return Long.toString(Math.max(1, (delay.toMillis() + 999) / 1000));
  }

  /** RFC 6750 section 3, RFC 7617 section 2: an error only where a credential came. */
  private void challenge(HttpServletResponse response, Kind kind) {
    boolean error = config.exposeErrorCode() && kind.challengeError().isPresent();
    if (basic && status(kind) == 401) {
      response.addHeader("WWW-Authenticate", "Basic " + REALM + ", charset=\"UTF-8\"");
    }
    if (!basic || kind.challengeError().isPresent()) {
      response.addHeader(
          "WWW-Authenticate",
          "Bearer " + REALM + (error ? ", error=\"" + kind.challengeError().get() + "\"" : ""));
    }
  }

  private String body(Failure failure) {
    Kind kind = failure.kind();
    StringBuilder json = new StringBuilder(96).append("{\"message\":");
    quote(json, message(kind));
    json.append(",\"error\":");
    quote(json, kind.challengeError().orElse(kind.code()));
    if (config.displayErrors()) {
      json.append(",\"error_description\":");
      quote(json, failure.detail());
    }
    return json.append('}').toString();
  }

  private String message(Kind kind) {
    return switch (status(kind)) {
      case 400 -> "Bad request";
      case 401 -> config.unauthorizedErrorMessage();
      case 403 -> config.forbiddenErrorMessage();
      case 408 -> "Request timeout";
      case 413 -> "Request body too large";
      case 502 -> "The identity provider's answer cannot be used";
      case 504 -> "The identity provider did not answer in time";
      default -> "The identity provider is not available";
    };
  }

  private static void quote(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(' ');
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }

  /** Callers' faults are for whoever looks; the issuer's and the operator's are for everybody. */
  private static void log(Failure failure) {
    switch (failure.kind()) {
      case CLIENT_REFUSED, INTERNAL -> LOG.error("{}: {}", failure.kind().code(), failure.detail());
      case NO_CREDENTIAL, MALFORMED_CREDENTIAL ->
        LOG.debug("{}: {}", failure.kind().code(), failure.detail());
      default -> LOG.warn("{}: {}", failure.kind().code(), failure.detail());
    }
  }
}
