package io.oidcgrant.proxy.relay;

import java.nio.ByteBuffer;

/**
 * Knows of the bytes of one direction of a WebSocket whether they end between two frames (RFC 6455
 * section 5.2), which is the only place where a frame of ours can go. Not thread-safe.
 */
final class FrameBoundary {
  private static final int MASKED = 0x80;

  /** Bytes of the header so far, and what it says of its own length. */
  private int header;

  private int headerLength = 2;
  private boolean masked;
  private int lengthBytes;
  private long payload;

  /** Takes note of bytes, which stay in the buffer. */
  void pass(ByteBuffer bytes) {
    int position = bytes.position();
    int limit = bytes.limit();
    while (position < limit) {
      if (header == headerLength) {
        long skipped = Math.min(payload, limit - position);
        payload -= skipped;
        position += (int) skipped;
      } else {
        header(bytes.get(position++) & 0xFF);
      }
      if (header == headerLength && payload == 0) {
        header = 0;
        headerLength = 2;
      }
    }
  }

  private void header(int octet) {
    header++;
    if (header == 2) {
      masked = (octet & MASKED) != 0;
      int length = octet & 0x7F;
      lengthBytes = length == 126 ? 2 : length == 127 ? 8 : 0;
      payload = lengthBytes == 0 ? length : 0;
      headerLength = 2 + lengthBytes + (masked ? 4 : 0);
    } else if (header > 2 && header <= 2 + lengthBytes) {
      // The highest bit of a length is 0; whoever sets it has his peer to deal with.
      payload = (payload << 8 | octet) & Long.MAX_VALUE;
    }
  }

  /** Whether a frame may begin here. */
  boolean between() {
    return header == 0;
  }
}
