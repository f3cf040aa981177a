package io.oidcgrant;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A body that has been read, as a stream again: blocking, asynchronous or through a reader, to the
 * byte.
 */
final class ReplayedInput extends ServletInputStream {
  private final ByteArrayInputStream bytes;
  private @Nullable ReadListener listener;
  private boolean told;
  private boolean calling;

  ReplayedInput(byte[] body) {
    this.bytes = new ByteArrayInputStream(body);
  }

  @Override
  public boolean isFinished() {
    return bytes.available() == 0;
  }

  /** Always; a listener that has read everything hears so at the latest here. */
  @Override
  public boolean isReady() {
    if (!calling && isFinished()) {
      tell(this::tellEnd);
    }
    return true;
  }

  @Override
  public void setReadListener(ReadListener readListener) {
    if (listener != null) {
      throw new IllegalStateException("the body has a ReadListener already");
    }
    listener = readListener;
    tell(() -> {
      if (!isFinished()) {
        readListener.onDataAvailable();
      }
      // Whoever stops at isFinished() reads no end of his own.
      if (isFinished()) {
        tellEnd();
      }
    });
  }

  private interface Call {
    void run() throws IOException;
  }

  private void tell(Call call) {
    calling = true;
    try {
      call.run();
    } catch (IOException | RuntimeException e) {
      if (listener != null) {
        told = true;
        listener.onError(e);
      }
    } finally {
      calling = false;
    }
  }

  @Override
  public int available() {
    return bytes.available();
  }

  @Override
  public int read() {
    return bytes.read();
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    return bytes.read(buffer, offset, length);
  }

  private void tellEnd() throws IOException {
    if (listener != null && !told) {
      told = true;
      listener.onAllDataRead();
    }
  }
}
