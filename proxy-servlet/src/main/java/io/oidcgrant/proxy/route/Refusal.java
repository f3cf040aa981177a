package io.oidcgrant.proxy.route;

import io.oidcgrant.proxy.answer.ErrorAnswer;
import java.util.Map;
import java.util.Optional;

/**
 * A request that goes nowhere.
 *
 * @param headers of the answer, beside those of every such answer
 */
public record Refusal(ErrorAnswer answer, Map<String, String> headers) implements Outcome {
  static Refusal of(int status) {
    return new Refusal(ErrorAnswer.of(status), Map.of());
  }

  /** Why a request that matches a route may not come in the way it came; empty where it may. */
  static Optional<Refusal> of(Route route, RequestFacts request) {
    Criteria criteria = route.criteria();
    if (!request.secure() && !criteria.plain()) {
      return Optional.of(
          criteria.grpc()
              ? upgrade("Please use HTTPS protocol", "TLS/1.2, HTTP/2", request)
              : toTls(route, request));
    }
    if (criteria.grpc() && !request.http2()) {
      return Optional.of(upgrade("Please use HTTP2 protocol", "HTTP/2", request));
    }
    if (criteria.grpc() && !isGrpc(request)) {
      return Optional.of(of(415));
    }
    return Optional.empty();
  }

  private static Refusal toTls(Route route, RequestFacts request) {
    if (route.httpsRedirectStatus() == 426) {
      return upgrade("Please use HTTPS protocol", "TLS/1.2, HTTP/1.1", request);
    }
    // What is no host name would not come back to us.
    return request.host().matches("[A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+]")
        ? new Refusal(
            new ErrorAnswer(route.httpsRedirectStatus(), "Please use HTTPS protocol", ""),
            Map.of("Location", "https://" + request.host() + request.target()))
        : of(400);
  }

  private static Refusal upgrade(String message, String to, RequestFacts request) {
    return new Refusal(
        new ErrorAnswer(426, message, "upgrade_required"),
        // HTTP/2 has neither (RFC 9113, 8.2.2).
        request.http2() ? Map.of() : Map.of("Connection", "Upgrade", "Upgrade", to));
  }

  private static boolean isGrpc(RequestFacts request) {
    return request.headers("Content-Type").stream()
        .anyMatch(type -> type.matches("(?i)application/grpc([+; \\t].*)?"));
  }
}
