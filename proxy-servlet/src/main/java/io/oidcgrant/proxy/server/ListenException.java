package io.oidcgrant.proxy.server;

import java.io.IOException;

/** A listener that cannot be opened. */
public final class ListenException extends IOException {
  ListenException(ListenAddress address, Exception cause) {
    super("cannot listen on " + address + ": " + reason(cause), cause);
  }

  private static String reason(Throwable cause) {
    Throwable inner = cause.getCause() == null ? cause : cause.getCause();
    return inner.getMessage() == null ? inner.getClass().getSimpleName() : inner.getMessage();
  }
}
