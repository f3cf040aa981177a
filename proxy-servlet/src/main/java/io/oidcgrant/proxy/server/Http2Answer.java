package io.oidcgrant.proxy.server;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * An answer for which the server invents no length where it has no body by its nature (RFC 9110,
 * 8.6): it would, were head and end one. One per request.
 */
final class Http2Answer extends Response.Wrapper {
  Http2Answer(Request request, Response response) {
    super(request, response);
  }

  @Override
  public void write(boolean last, ByteBuffer bytes, Callback callback) {
    if (last && !isCommitted() && bodiless() && !getHeaders().contains(HttpHeader.CONTENT_LENGTH)) {
      super.write(
          false,
          BufferUtil.EMPTY_BUFFER,
          Callback.from(() -> super.write(true, bytes, callback), callback::failed));
    } else {
      super.write(last, bytes, callback);
    }
  }

  private boolean bodiless() {
    return getStatus() == 204
        || getStatus() == 304
        || HttpMethod.HEAD.is(getRequest().getMethod());
  }
}
