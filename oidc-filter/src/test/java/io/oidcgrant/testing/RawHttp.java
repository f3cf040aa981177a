package io.oidcgrant.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP/1.1 by hand: sends exactly the bytes it is given, and reads one answer. */
public final class RawHttp {
  private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");

  private final int port;

  public RawHttp(int port) {
    this.port = port;
  }

  /** An answer; header names in lower case. */
  public record Answer(int status, Map<String, List<String>> headers, String body) {
    public String header(String name) {
      List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
      return values == null ? null : String.join(" | ", values);
    }
  }

  /** A request without a body. */
  public Answer get(String target, String... headers) {
    return send("GET", target, null, headers);
  }

  /** A request with {@code Content-Length}, or without a body if that is null. */
  public Answer send(String method, String target, byte[] body, String... headers) {
    StringBuilder head =
        new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    if (body != null) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    head.append("Connection: close\r\n\r\n");
    return exchange(
        head.toString().getBytes(StandardCharsets.UTF_8), body == null ? new byte[0] : body);
  }

  /** A request whose body goes in one chunk. */
  public Answer chunked(String method, String target, byte[] body, String... headers) {
    StringBuilder head = new StringBuilder(
        method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    head.append("Connection: close\r\n\r\n");
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    framed.writeBytes(
        (Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    framed.writeBytes(body);
    framed.writeBytes("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return exchange(head.toString().getBytes(StandardCharsets.UTF_8), framed.toByteArray());
  }

  /** Exactly these bytes. */
  public Answer raw(String request) {
    return exchange(request.getBytes(StandardCharsets.ISO_8859_1), new byte[0]);
  }

  private Answer exchange(byte[] head, byte[] body) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(head);
      try {
        socket.getOutputStream().write(body);
        socket.getOutputStream().flush();
      } catch (IOException e) {
        // It may have answered before it read everything.
        return read(socket.getInputStream());
      }
      return read(socket.getInputStream());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Answer read(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    try {
      int count = 0;
      while (count >= 0 && !isWhole(all.toByteArray())) {
        count = in.read(buffer);
        all.write(buffer, 0, Math.max(0, count));
      }
    } catch (IOException e) {
      throw new IllegalStateException("the connection broke before the answer was whole", e);
    }
    String text = all.toString(StandardCharsets.UTF_8);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new IllegalStateException("no answer");
    }
    String[] lines = text.substring(0, end).split("\r\n", -1);
    Map<String, List<String>> headers = new TreeMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers
          .computeIfAbsent(
              lines[i].substring(0, colon).toLowerCase(Locale.ROOT), n -> new ArrayList<>())
          .add(lines[i].substring(colon + 1).strip());
    }
    String body = text.substring(end + 4);
    if (headers.containsKey("transfer-encoding")) {
      body = dechunk(body);
    }
    return new Answer(Integer.parseInt(lines[0].split(" ", 3)[1]), headers, body);
  }

  /** By its {@code Content-Length}: a container may wait for the rest of a request. */
  private static boolean isWhole(byte[] answer) {
    String text = new String(answer, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    Matcher length = LENGTH.matcher(end < 0 ? "" : text.substring(0, end));
    return length.find() && answer.length - end - 4 >= Integer.parseInt(length.group(1));
  }

  private static String dechunk(String body) {
    StringBuilder whole = new StringBuilder();
    int at = 0;
    while (true) {
      int line = body.indexOf("\r\n", at);
      int size = Integer.parseInt(body.substring(at, line).strip(), 16);
      if (size == 0) {
        return whole.toString();
      }
      whole.append(body, line + 2, line + 2 + size);
      at = line + 4 + size;
    }
  }
}
