package io.oidcgrant.proxy.testing;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Frames of WebSockets as bytes (RFC 6455 section 5.2), and the upstream's side of a handshake. */
public final class WebSockets {
  public static final String KEY = "AAAAAAAAAAAAAAAAAAAAAA==";
  private static final int[] MASK = {0x11, 0x22, 0x33, 0x44};

  private WebSockets() {}

  /** The headers of a good handshake. */
  public static String[] handshake(String... more) {
    String[] headers = new String[more.length + 4];
    headers[0] = "Upgrade: websocket";
    headers[1] = "Connection: Upgrade";
    headers[2] = "Sec-WebSocket-Version: 13";
    headers[3] = "Sec-WebSocket-Key: " + KEY;
    System.arraycopy(more, 0, headers, 4, more.length);
    return headers;
  }

  /** The head of the answer to {@code key}, with these lines more. */
  public static String agreement(String key, String... more) {
    String lines = more.length == 0 ? "" : String.join("\r\n", more) + "\r\n";
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: " + accept(key) + "\r\n" + lines + "\r\n";
  }

  private static String accept(String key) {
    try {
      byte[] text =
          (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder()
          .encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One frame. */
  public static final class Frame {
    private final int head;
    private final byte[] payload;

    public Frame(int head, byte[] payload) {
      this.head = head;
      this.payload = payload;
    }

    public static Frame text(String text) {
      return new Frame(0x81, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Its first byte. */
    public int head() {
      return head;
    }

    public byte[] payload() {
      return payload;
    }

    public String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    /** The status of a closing; -1 of another frame. */
    public int closeCode() {
      return head == 0x88 ? ByteBuffer.wrap(payload).getShort() : -1;
    }

    /** Its bytes, masked as a client's are or not. */
    public byte[] bytes(boolean masked) {
      int length = payload.length;
      int extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
      ByteBuffer frame = ByteBuffer.allocate(2 + extra + (masked ? 4 : 0) + length);
      frame.put((byte) head);
      frame.put((byte) ((masked ? 0x80 : 0) | (extra == 0 ? length : extra == 2 ? 126 : 127)));
      if (extra == 2) {
        frame.putShort((short) length);
      } else if (extra == 8) {
        frame.putLong(length);
      }
      if (masked) {
        for (int octet : MASK) {
          frame.put((byte) octet);
        }
      }
      for (int i = 0; i < length; i++) {
        frame.put((byte) (payload[i] ^ (masked ? MASK[i % 4] : 0)));
      }
      return frame.array();
    }

    /** The next one; an {@link EOFException} where the stream ends. */
    public static Frame read(InputStream stream) throws IOException {
      DataInputStream in = new DataInputStream(stream);
      int head = in.readUnsignedByte();
      int second = in.readUnsignedByte();
      long length = second & 0x7F;
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      byte[] mask = new byte[4];
      if ((second & 0x80) != 0) {
        in.readFully(mask);
      }
      byte[] payload = new byte[Math.toIntExact(length)];
      in.readFully(payload);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= mask[i % 4];
      }
      return new Frame(head, payload);
    }
  }

  /** Agrees, and sends every message back until the caller closes. */
  public static void echo(RawUpstream.Received request) throws IOException {
    request.send(agreement(request.header("Sec-WebSocket-Key")));
    OutputStream out = request.output();
    while (true) {
      Frame frame = Frame.read(request.input());
      out.write(
          new Frame(frame.head() == 0x89 ? 0x8A : frame.head(), frame.payload()).bytes(false));
      out.flush();
      if (frame.head() == 0x88) {
        return;
      }
    }
  }
}
