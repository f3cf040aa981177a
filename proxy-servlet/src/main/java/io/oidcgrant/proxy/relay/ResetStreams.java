package io.oidcgrant.proxy.relay;

import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.PushPromiseFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;

/**
 * Hears of streams that end before the answer does, which Jetty's client does not where its own
 * session resets them, as for a body of another length than announced: the request would wait for
 * ever.
 */
final class ResetStreams implements Stream.Listener {
  private final Stream.Listener client;
  private final Consumer<Stream> failed;

  ResetStreams(Stream.Listener client, Consumer<Stream> failed) {
    this.client = client;
    this.failed = failed;
  }

  @Override
  public void onClosed(Stream stream) {
    client.onClosed(stream);
    HTTP2Stream closed = (HTTP2Stream) stream;
    if (closed.isReset() && !closed.isLastDataReceived()) {
      failed.accept(stream);
    }
  }

  @Override
  public void onNewStream(Stream stream) {
    client.onNewStream(stream);
  }

  @Override
  public void onHeaders(Stream stream, HeadersFrame frame, Callback callback) {
    client.onHeaders(stream, frame, callback);
  }

  @Override
  public Stream.Listener onPush(Stream stream, PushPromiseFrame frame) {
    return client.onPush(stream, frame);
  }

  @Override
  public void onDataAvailable(Stream stream, boolean immediate) {
    client.onDataAvailable(stream, immediate);
  }

  @Override
  public void onReset(Stream stream, ResetFrame frame, Callback callback) {
    client.onReset(stream, frame, callback);
  }

  @Override
  public void onIdleTimeout(Stream stream, TimeoutException timeout, Promise<Boolean> promise) {
    client.onIdleTimeout(stream, timeout, promise);
  }

  @Override
  public void onFailure(
      Stream stream, int error, String reason, Throwable failure, Callback callback) {
    client.onFailure(stream, error, reason, failure, callback);
  }
}
