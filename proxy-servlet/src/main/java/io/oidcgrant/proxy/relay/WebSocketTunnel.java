package io.oidcgrant.proxy.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket: the connections of a caller and of an upstream, joined. Frames pass as they are;
 * what is not read on one side is not read from the other. An idle one holds no buffer.
 * Thread-safe.
 */
final class WebSocketTunnel {
  /** What a peer has for its own closing, once one side has closed. */
  private static final long CLOSING_MILLIS = 2_000;

  /** What a tunnel works with. */
  record Tools(Executor executor, ByteBufferPool buffers, Scheduler scheduler, WebSockets open) {}

  private final Tools tools;
  private final Half caller;
  private final Half upstream;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicInteger sidesEnded = new AtomicInteger();
  private final @Nullable Instant until;
  private volatile Scheduler.@Nullable Task end;

  /**
   * Joins two connections, as soon as that of the caller is upgraded to {@link #connection}.
   *
   * @param idleMillis after which it ends when nothing passes in either direction
   * @param until when the token that opened it ends; null for never
   */
  WebSocketTunnel(
      EndPoint caller, EndPoint upstream, long idleMillis, @Nullable Instant until, Tools tools) {
    this.tools = tools;
    this.until = until;
    this.caller = new Half(caller, upstream, true);
    this.upstream = new Half(upstream, caller, false);
    caller.setIdleTimeout(idleMillis);
    upstream.setIdleTimeout(idleMillis);
  }

  /** What the caller's connection becomes. */
  AbstractConnection connection() {
    return caller;
  }

  /** Not before: a frame of ours would come ahead of the agreement. */
  private void joined() {
    tools.open.opened(this);
    upstream.getEndPoint().upgrade(upstream);
    if (until != null) {
      Scheduler.Task timer = tools.scheduler.schedule(
          () -> end(WebSocketHandshake.POLICY_VIOLATION),
          WebSockets.millisUntil(until),
          TimeUnit.MILLISECONDS);
      end = timer;
      if (isClosed()) {
        timer.cancel();
      }
    }
  }

  boolean isClosed() {
    return closed.get();
  }

  /** Tells both sides why, where a frame can go, and closes. */
  void end(int code) {
    if (closing.compareAndSet(false, true)) {
      upstream.end(code);
      caller.end(code);
      closeSoon();
    }
  }

  private void closeSoon() {
    Scheduler.Task unused =
        tools.scheduler.schedule(() -> close(null), CLOSING_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Closes both sides. */
  void close(@Nullable Throwable why) {
    if (closed.compareAndSet(false, true)) {
      Scheduler.Task timer = end;
      if (timer != null) {
        timer.cancel();
      }
      tools.open.closed(this);
      caller.getEndPoint().close(why);
      upstream.getEndPoint().close(why);
    }
  }

  /** Carries what comes from one side to the other. */
  private final class Half extends AbstractConnection.NonBlocking implements Connection.UpgradeTo {
    private final EndPoint target;
    private final boolean masked;
    private final Pump pump = new Pump();
    private final FrameBoundary passed = new FrameBoundary();
    private @Nullable ByteBuffer early;
    // Under the lock of this: one writer at a time.
    private boolean writing;
    private int code;

    Half(EndPoint source, EndPoint target, boolean masked) {
      super(source, tools.executor);
      this.target = target;
      this.masked = masked;
    }

    @Override
    public void onUpgradeTo(@Nullable ByteBuffer buffer) {
      early = buffer;
    }

    @Override
    public void onOpen() {
      super.onOpen();
      if (masked) {
        joined();
      }
      pump.iterate();
    }

    @Override
    public void onFillable() {
      pump.iterate();
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
      super.onClose(cause);
      WebSocketTunnel.this.close(cause);
    }

    /** Whether the pump may write, which then says when it is {@link #written}. */
    private synchronized boolean begin(ByteBuffer bytes) {
      if (code != 0) {
        return false;
      }
      passed.pass(bytes);
      writing = true;
      return true;
    }

    private void written() {
      boolean last;
      synchronized (this) {
        writing = false;
        last = code != 0;
      }
      if (last) {
        sayGoodbye();
      }
    }

    /** After this the pump writes nothing more. */
    void end(int why) {
      boolean now;
      synchronized (this) {
        code = why;
        now = !writing;
      }
      if (now) {
        sayGoodbye();
      }
    }

    private void sayGoodbye() {
      if (passed.between()) {
        target.write(
            Callback.from(target::shutdownOutput, WebSocketTunnel.this::close),
            WebSocketHandshake.close(code, masked));
      } else {
        target.shutdownOutput();
      }
    }

    /** What the pump waits for. */
    private enum Step {
      READ,
      WRITE,
      DROP
    }

    private final class Pump extends IteratingCallback {
      private @Nullable RetainableByteBuffer buffer;
      private Step step = Step.READ;

      @Override
      protected Action process() throws IOException {
        ByteBuffer bytes = early;
        early = null;
        if (bytes == null || !bytes.hasRemaining()) {
          RetainableByteBuffer acquired = tools.buffers.acquire(getInputBufferSize(), true);
          buffer = acquired;
          bytes = acquired.getByteBuffer();
          int filled = getEndPoint().fill(bytes);
          if (filled <= 0) {
            release();
            if (filled == 0) {
              step = Step.READ;
              fillInterested(this);
              return Action.SCHEDULED;
            }
            ended();
            return Action.SUCCEEDED;
          }
        }
        if (begin(bytes)) {
          step = Step.WRITE;
          target.write(this, bytes);
        } else {
          // Read and thrown away, so that the peer's network does not take the closing back.
          step = Step.DROP;
          succeeded();
        }
        return Action.SCHEDULED;
      }

      @Override
      protected void onSuccess() {
        release();
        if (step == Step.WRITE) {
          written();
        }
      }

      @Override
      protected void onFailure(Throwable cause) {
        if (step == Step.READ && cause instanceof TimeoutException) {
          WebSocketTunnel.this.end(WebSocketHandshake.GOING_AWAY);
        } else {
          WebSocketTunnel.this.close(cause);
        }
      }

      @Override
      protected void onCompleteFailure(Throwable cause) {
        release();
      }

      private void release() {
        if (buffer != null) {
          buffer.release();
          buffer = null;
        }
      }

      /** One side has closed; what is under way to it still may come. */
      private void ended() {
        target.shutdownOutput();
        if (sidesEnded.incrementAndGet() == 2) {
          WebSocketTunnel.this.close(null);
        } else if (closing.compareAndSet(false, true)) {
          closeSoon();
        }
      }
    }
  }
}
