package io.oidcgrant.proxy.relay;

import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpHeader;

/** gRPC over HTTP/2, as far as a relay must know of it. */
final class Grpc {
  private Grpc() {}

  /**
   * Whether an answer's head must go out before any message: the caller may wait for it with the
   * next of its own. One that has the status already is all there is, and must end with its head.
   */
  static boolean begins(Response upstream) {
    String type = upstream.getHeaders().get(HttpHeader.CONTENT_TYPE);
    return type != null
        && type.startsWith("application/grpc")
        && !upstream.getHeaders().contains("grpc-status");
  }
}
