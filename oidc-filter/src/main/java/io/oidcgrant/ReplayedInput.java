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

  ReplayedInput(byte[] body) {
    this.bytes = new ByteArrayInputStream(body);
  }

  @Override
  public boolean isFinished() {
    return bytes.available() == 0;
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void setReadListener(ReadListener readListener) {
    if (listener != null) {
      throw new IllegalStateException("the body has a ReadListener already");
    }
    listener = readListener;
    try {
      if (bytes.available() > 0) {
        readListener.onDataAvailable();
      }
      // Whoever stops at isFinished() reads no end of his own.
      if (bytes.available() == 0) {
        tellEnd();
      }
    } catch (IOException e) {
      readListener.onError(e);
    }
  }

  @Override
  public int available() {
    return bytes.available();
  }

  @Override
  public int read() throws IOException {
    int value = bytes.read();
    if (value < 0) {
      tellEnd();
    }
    return value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = bytes.read(buffer, offset, length);
    if (count < 0) {
      tellEnd();
    }
    return count;
  }

  private void tellEnd() throws IOException {
    if (listener != null && !told) {
      told = true;
      listener.onAllDataRead();
    }
  }
}
