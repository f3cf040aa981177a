package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.answer.ErrorAnswer;
import io.oidcgrant.proxy.answer.RequestId;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What the server itself refuses, in the form of all other answers. Safe for concurrent use. */
final class JsonErrors implements Request.Handler {
  private final Explanations explanations;

  JsonErrors(Explanations explanations) {
    this.explanations = explanations;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    if (request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof HttpException refused) {
      status = refused.getCode();
    }
    ErrorAnswer answer = ErrorAnswer.of(status < 400 ? 500 : status);
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, ErrorAnswer.CONTENT_TYPE);
    ErrorAnswer.HEADERS.forEach((name, value) -> response.getHeaders().put(name, value));
    response.getHeaders().put(RequestId.HEADER, RequestId.of(request));
    // What follows on the connection may not be what the server takes it for.
    response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
    if (explanations.areAskedBy(request)) {
      Explanations.write(request, answer.status(), response.getHeaders());
    }
    byte[] body = answer.json();
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.write(true, ByteBuffer.wrap(body), callback);
    return true;
  }
}
