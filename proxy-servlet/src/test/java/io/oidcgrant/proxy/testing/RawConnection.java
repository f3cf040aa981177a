package io.oidcgrant.proxy.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A caller's connection: sends exactly the bytes it is given, reads answers one by one. */
public final class RawConnection implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  public RawConnection(int port) {
    try {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(20_000);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public RawConnection send(String text) {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public RawConnection send(byte[] bytes) {
    try {
      output().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A request without a body, as the last argument may be. */
  public RawConnection request(String method, String target, String... headers) {
    return send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n"
        + String.join("", Arrays.stream(headers).map(h -> h + "\r\n").toList()) + "\r\n");
  }

  public RawConnection request(String method, String target, byte[] body, String... headers) {
    String[] all = Arrays.copyOf(headers, headers.length + 1);
    all[headers.length] = "Content-Length: " + body.length;
    return request(method, target, all).send(body);
  }

  public Answer read() {
    return read(true);
  }

  /** The answer to a HEAD. */
  public Answer readHead() {
    return read(false);
  }

  private Answer read(boolean mayHaveBody) {
    try {
      List<String> head = Wire.head(in);
      if (head == null) {
        throw new IOException("closed without an answer");
      }
      int status = Integer.parseInt(head.get(0).split(" ", 3)[1]);
      Map<String, List<String>> headers = Wire.headers(head);
      boolean none = !mayHaveBody || status < 200 || status == 204 || status == 304;
      return new Answer(status, headers, none ? new byte[0] : Wire.body(in, headers, true));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the peer has ended the connection, without a further byte. */
  public boolean ended() {
    try {
      return in.read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether nothing comes for this long; reads of this connection wait no longer from then on. */
  public boolean silentFor(int millis) {
    try {
      socket.setSoTimeout(millis);
      in.read();
      return false;
    } catch (SocketTimeoutException e) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same, without loss of a byte that comes, and with {@code patience} afterwards. */
  public boolean silentFor(int millis, int patience) {
    try {
      socket.setSoTimeout(millis);
      in.mark(1);
      if (in.read() >= 0) {
        in.reset();
      }
      return false;
    } catch (SocketTimeoutException e) {
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      patience(patience);
    }
  }

  private void patience(int millis) {
    try {
      socket.setSoTimeout(millis);
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One line of a head. */
  public String line() throws IOException {
    return Wire.line(in);
  }

  /** The same connection in HTTP/2, before the client's preface. */
  public RawHttp2 http2() {
    return new RawHttp2(socket, in);
  }

  public InputStream input() {
    return in;
  }

  public OutputStream output() throws IOException {
    return socket.getOutputStream();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
