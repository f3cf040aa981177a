package io.oidcgrant;

import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answer to a request that does not go on, and its line in the log. Immutable, safe for
 * concurrent use.
 */
final class ErrorResponse {
  private static final Logger LOG = LoggerFactory.getLogger(OidcGrantFilter.class);
  private static final String REALM = "realm=\"oidc\"";

  /** RFC 6749 appendix A.4. */
  private static final Pattern SCOPE = Pattern.compile("[\\x20\\x21\\x23-\\x5B\\x5D-\\x7E]+");

  private static final String BEARER = "Bearer ";
  private static final String DPOP = "DPoP ";

  /** Of callers' proofs. */
  static final List<String> DPOP_ALGORITHMS = List.of(
      "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512", "EdDSA",
      "Ed25519");

  private static final String ALGS = "algs=\"" + String.join(" ", DPOP_ALGORITHMS) + '"';

  private final OidcGrantConfig config;
  private final GrantObserver observer;
  private final boolean basic;
  private final boolean bearer;
  private final String scope;
  private final String stepUp;
  private final String metadata;
  private final boolean dpop;
  private final Supplier<@Nullable String> newNonce;

  /**
   * Creates them for a filter.
   *
   * @param newNonce for the next proof; null where none is needed
   */
  ErrorResponse(
      OidcGrantConfig config, GrantObserver observer, Supplier<@Nullable String> newNonce) {
    this.config = config;
    this.observer = observer;
    this.newNonce = newNonce;
    this.scope = config.scopesRequired().stream()
        .filter(item -> SCOPE.matcher(item).matches())
        .findFirst()
        .orElse("");
    this.stepUp = stepUp(config);
    // RFC 9728 section 5.1.
    this.metadata = config
        .resourceMetadata()
        .map(address -> ", resource_metadata=\"" + address + "\"")
        .orElse("");
    List<String> methods = config.authMethods();
    boolean tokens = config.takesTokens();
    boolean header = config.bearerTokenParamType().contains("header")
        && config.bearerTokenHeaderName().isEmpty();
    this.dpop = tokens && header && !config.proofOfPossessionDpop().equals("off");
    this.bearer = tokens && header && !config.proofOfPossessionDpop().equals("strict");
    this.basic = (methods.contains("password") && config.passwordParamType().contains("header"))
        || (methods.contains("client_credentials")
            && config.clientCredentialsParamType().contains("header"));
  }

  void write(HttpServletRequest request, HttpServletResponse response, Failure failure)
      throws IOException {
    log(failure);
    Kind kind = failure.kind();
    observer.refused(kind);
    int status = status(kind);
    response.setStatus(status);
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Content-Type-Options", "nosniff");
    if (status == 401 || status == 400 || status == 403) {
      challenge(request, response, kind);
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

  /**
   * RFC 6750 section 3, RFC 7617 section 2, RFC 9449 section 7.1: one for each scheme that would
   * work; an error only where a credential came, on the scheme under which it did.
   */
  private void challenge(HttpServletRequest request, HttpServletResponse response, Kind kind) {
    Optional<String> error = config.exposeErrorCode() ? kind.challengeError() : Optional.empty();
    boolean proven = dpop && (presentedDpop(request) || ofProof(kind));
    if (basic && status(kind) == 401) {
      response.addHeader("WWW-Authenticate", "Basic " + REALM + ", charset=\"UTF-8\"");
    }
    boolean told = error.isPresent() && !proven;
    if (bearer || told || (!basic && !dpop)) {
      response.addHeader(
          "WWW-Authenticate",
          BEARER + REALM + metadata + (told ? error(error.get()) + wanted(kind) : ""));
    }
    if (dpop) {
      response.addHeader(
          "WWW-Authenticate",
          DPOP + REALM + metadata + ", " + ALGS
              + (error.isPresent() && proven ? error(error.get()) + wanted(kind) : ""));
    }
    String nonce = kind == Kind.USE_DPOP_NONCE ? newNonce.get() : null;
    if (nonce != null) {
      response.setHeader("DPoP-Nonce", nonce);
    }
  }

  private static String error(String code) {
    return ", error=\"" + code + "\"";
  }

  /** What would do: a scope, of several alternatives the first, or another authentication. */
  private String wanted(Kind kind) {
    return switch (kind) {
      case FORBIDDEN -> scope.isEmpty() ? "" : ", scope=\"" + scope + "\"";
      case INSUFFICIENT_AUTHENTICATION -> stepUp;
      default -> "";
    };
  }

  /** RFC 9470 section 3. */
  private static String stepUp(OidcGrantConfig config) {
    String contexts = config.acrValues().isEmpty()
        ? ""
        : ", acr_values=\"" + String.join(" ", config.acrValues()) + "\"";
    return contexts
        + config.maxAge().map(age -> ", max_age=\"" + age.toSeconds() + "\"").orElse("");
  }

  private static boolean ofProof(Kind kind) {
    return kind == Kind.INVALID_DPOP_PROOF || kind == Kind.USE_DPOP_NONCE;
  }

  private static boolean presentedDpop(HttpServletRequest request) {
    String value = request.getHeader("Authorization");
    return value != null && value.regionMatches(true, 0, DPOP, 0, DPOP.length());
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
