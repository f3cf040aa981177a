package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.relay.GatewayProxyServlet;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * A request whose body ends where its length says, or fails: behind the proxy the length alone
 * would part it from the next request. Its beginning is looked at, for nothing else may tell
 * whether there is one. One per request.
 */
class Http2Body extends Request.Wrapper {
  private final long length;
  private long read;
  private Content.@Nullable Chunk first;
  private Content.@Nullable Chunk failure;

  Http2Body(Request request) {
    super(request);
    this.length = request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
    boolean looked = length != 0 && !request.getHeaders().contains(HttpHeader.EXPECT);
    first = looked ? request.read() : null;
    if (first != null) {
      Request.addCompletionListener(request, ended -> release());
      if (length < 0 && isEnd(first)) {
        request.setAttribute(GatewayProxyServlet.EMPTY, true);
      }
    }
  }

  private static boolean isEnd(Content.Chunk chunk) {
    return chunk.isLast() && !chunk.hasRemaining() && !Content.Chunk.isFailure(chunk);
  }

  /** Whether there is a length, and surely no body. */
  boolean isMissing() {
    return length > 0 && first != null && isEnd(first);
  }

  private void release() {
    Content.Chunk unread = first;
    first = null;
    if (unread != null) {
      unread.release();
    }
  }

  @Override
  public Content.@Nullable Chunk read() {
    if (failure != null) {
      return failure;
    }
    Content.Chunk chunk = first == null ? super.read() : first;
    first = null;
    if (chunk == null || length < 0 || Content.Chunk.isFailure(chunk)) {
      return chunk;
    }
    read += chunk.remaining();
    if (chunk.isLast() && read != length) {
      chunk.release();
      failure = Content.Chunk.from(
          new HttpException.RuntimeException(400, "the body ends before its length"), true);
      return failure;
    }
    return chunk;
  }

  @Override
  public void demand(Runnable callback) {
    if (first == null) {
      super.demand(callback);
    } else {
      callback.run();
    }
  }

  @Override
  public boolean consumeAvailable() {
    release();
    return super.consumeAvailable();
  }
}
