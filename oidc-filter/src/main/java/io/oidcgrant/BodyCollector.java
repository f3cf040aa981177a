package io.oidcgrant;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Reads a body up to a limit without holding a thread. One per request; the container calls it from
 * one thread at a time.
 */
final class BodyCollector implements ReadListener {
  /** The body is longer than the limit. */
  static final class TooLong extends IOException {}

  private final ServletInputStream in;
  private final int limit;
  private final Consumer<byte[]> whole;
  private final Consumer<Throwable> failed;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private boolean ended;

  private BodyCollector(
      ServletInputStream in, int limit, Consumer<byte[]> whole, Consumer<Throwable> failed) {
    this.in = in;
    this.limit = limit;
    this.whole = whole;
    this.failed = failed;
  }

  /**
   * Calls exactly one of {@code whole} and {@code failed}, once; the request must be in
   * asynchronous mode. A body that somebody else reads through a reader counts as none.
   */
  static void collect(
      ServletRequest request, int limit, Consumer<byte[]> whole, Consumer<Throwable> failed)
      throws IOException {
    ServletInputStream in;
    try {
      in = request.getInputStream();
    } catch (IllegalStateException e) {
      whole.accept(new byte[0]);
      return;
    }
    in.setReadListener(new BodyCollector(in, limit, whole, failed));
  }

  /**
   * The body, read on this thread. One that somebody else reads through a reader counts as none.
   *
   * @throws TooLong if it is longer than the limit
   */
  static byte[] read(ServletRequest request, int limit) throws IOException {
    ServletInputStream in;
    try {
      in = request.getInputStream();
    } catch (IllegalStateException e) {
      return new byte[0];
    }
    byte[] body = in.readNBytes(limit + 1);
    if (body.length > limit) {
      throw new TooLong();
    }
    return body;
  }

  @Override
  public void onDataAvailable() throws IOException {
    byte[] buffer = new byte[4096];
    while (!ended && in.isReady()) {
      int count = in.read(buffer);
      if (count < 0) {
        return;
      }
      if (bytes.size() + count > limit) {
        onError(new TooLong());
        return;
      }
      bytes.write(buffer, 0, count);
    }
  }

  @Override
  public void onAllDataRead() {
    if (!ended) {
      ended = true;
      whole.accept(bytes.toByteArray());
    }
  }

  @Override
  public void onError(Throwable error) {
    if (!ended) {
      ended = true;
      failed.accept(error);
    }
  }
}
