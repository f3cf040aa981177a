package io.oidcgrant.proxy.admin;

import io.oidcgrant.proxy.answer.ErrorAnswer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** {@code /health/live} and {@code /health/ready}. Safe for concurrent use. */
public final class AdminHandler extends Handler.Abstract.NonBlocking {
  private final Readiness readiness;

  public AdminHandler(Readiness readiness) {
    this.readiness = readiness;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    boolean read = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    Readiness.Answer answer = switch (request.getHttpURI().getCanonicalPath()) {
      case "/health/live" -> new Readiness.Answer(200, "{\"status\":\"UP\"}");
      case "/health/ready" -> readiness.answer();
      default -> new Readiness.Answer(404, "{\"message\":\"Not found\"}");
    };
    if (!read && answer.status() != 404) {
      answer =
          new Readiness.Answer(405, new String(ErrorAnswer.of(405).json(), StandardCharsets.UTF_8));
    }
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, ErrorAnswer.CONTENT_TYPE);
    ErrorAnswer.HEADERS.forEach((name, value) -> response.getHeaders().put(name, value));
    byte[] body = answer.json().getBytes(StandardCharsets.UTF_8);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.write(true, ByteBuffer.wrap(body), callback);
    return true;
  }
}
