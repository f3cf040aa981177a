package io.oidcgrant.proxy.answer;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An answer that says why a request was not carried to its upstream. Holds nothing of the request.
 *
 * @param error stable code for programs; empty where there is none
 */
public record ErrorAnswer(int status, String message, String error) {
  public static final String CONTENT_TYPE = "application/json";

  /** The headers of every such answer. */
  public static final Map<String, String> HEADERS =
      Map.of("Cache-Control", "no-store", "X-Content-Type-Options", "nosniff");

  /** The answer to a request that the server itself refuses or cannot carry. */
  public static ErrorAnswer of(int status) {
    return switch (status) {
      case 400 -> new ErrorAnswer(status, "Bad request", "invalid_request");
      case 404 -> new ErrorAnswer(status, "no Route matched with those values", "");
      case 405 -> new ErrorAnswer(status, "Method not allowed", "method_not_allowed");
      case 408 -> new ErrorAnswer(status, "Request timeout", "request_timeout");
      case 413 -> new ErrorAnswer(status, "Request entity too large", "request_too_large");
      case 414 -> new ErrorAnswer(status, "Request target too long", "target_too_long");
      case 415 ->
        new ErrorAnswer(status, "Non-gRPC request matched gRPC route", "unsupported_media_type");
      case 417 -> new ErrorAnswer(status, "Expectation failed", "expectation_failed");
      case 426 -> new ErrorAnswer(status, "Upgrade required", "upgrade_required");
      case 431 -> new ErrorAnswer(status, "Request headers too large", "headers_too_large");
      case 501 -> new ErrorAnswer(status, "Not implemented", "not_implemented");
      case 502 ->
        new ErrorAnswer(
            status, "An invalid response was received from the upstream server", "bad_gateway");
      case 503 -> new ErrorAnswer(status, "Service unavailable", "temporarily_unavailable");
      case 504 -> new ErrorAnswer(status, "The upstream server is timing out", "gateway_timeout");
      case 505 -> new ErrorAnswer(status, "HTTP version not supported", "version_not_supported");
      default ->
        status >= 500
            ? new ErrorAnswer(status, "An unexpected error occurred", "server_error")
            : new ErrorAnswer(status, "Request refused", "invalid_request");
    };
  }

  public byte[] json() {
    String code = error.isEmpty() ? "" : ",\"error\":\"" + error + "\"";
    return ("{\"message\":\"" + message + "\"" + code + "}").getBytes(StandardCharsets.UTF_8);
  }

  /** Writes all of it; the response must not be committed. */
  public void write(HttpServletResponse response) throws IOException {
    byte[] body = json();
    response.setStatus(status);
    response.setContentType(CONTENT_TYPE);
    HEADERS.forEach(response::setHeader);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
