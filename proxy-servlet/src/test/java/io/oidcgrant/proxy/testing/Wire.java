package io.oidcgrant.proxy.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** HTTP/1.1 framing, read strictly: what ends too early is an {@link EOFException}. */
final class Wire {
  private Wire() {}

  /** Lines up to the empty one; null where the stream ends before the first byte. */
  static List<String> head(InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    while (true) {
      String line = line(in);
      if (line == null) {
        if (lines.isEmpty()) {
          return null;
        }
        throw new EOFException("a head without an end");
      }
      if (line.isEmpty()) {
        return lines;
      }
      lines.add(line);
    }
  }

  static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        if (line.size() == 0) {
          return null;
        }
        throw new EOFException("a line without an end");
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  static Map<String, List<String>> headers(List<String> head) {
    Map<String, List<String>> headers = new TreeMap<>();
    for (String line : head.subList(1, head.size())) {
      int colon = line.indexOf(':');
      headers
          .computeIfAbsent(
              line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
          .add(line.substring(colon + 1).strip());
    }
    return headers;
  }

  /** The body that these headers announce; to the end of the stream where {@code toEnd}. */
  static byte[] body(InputStream in, Map<String, List<String>> headers, boolean toEnd)
      throws IOException {
    if (headers.containsKey("transfer-encoding")) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      while (true) {
        String line = line(in);
        if (line == null) {
          throw new EOFException("chunks without an end");
        }
        int size = Integer.parseInt(line.split(";", 2)[0].strip(), 16);
        if (size == 0) {
          while (!String.valueOf(line(in)).isEmpty()) {
            // trailers
          }
          return body.toByteArray();
        }
        body.writeBytes(exactly(in, size));
        line(in);
      }
    }
    if (headers.containsKey("content-length")) {
      return exactly(in, Integer.parseInt(headers.get("content-length").get(0)));
    }
    return toEnd ? in.readAllBytes() : new byte[0];
  }

  private static byte[] exactly(InputStream in, int size) throws IOException {
    byte[] bytes = in.readNBytes(size);
    if (bytes.length < size) {
      throw new EOFException("a body of " + bytes.length + " bytes instead of " + size);
    }
    return bytes;
  }
}
