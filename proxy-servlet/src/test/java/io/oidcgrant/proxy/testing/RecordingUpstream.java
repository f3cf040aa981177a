package io.oidcgrant.proxy.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An upstream that keeps the very bytes of every request, one on each connection. */
public final class RecordingUpstream implements AutoCloseable {
  private static final String OK =
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";

  private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: (\\d+)");

  private final ServerSocket server;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  public RecordingUpstream() {
    try {
      server = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    executor.execute(this::accept);
  }

  public String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** What came since the last call, as ISO 8859-1. */
  public List<String> take() {
    List<String> taken = List.copyOf(requests);
    requests.clear();
    return taken;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        executor.execute(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setSoTimeout(20_000);
      StringBuilder bytes = new StringBuilder();
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[65_536];
      while (!whole(bytes)) {
        int count = in.read(buffer);
        if (count < 0) {
          return;
        }
        bytes.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
      }
      requests.add(bytes.toString());
      socket.getOutputStream().write(OK.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      // The connection has ended: nothing whole came.
    }
  }

  /** A head and what it announces; tests send no chunk that looks like the last one. */
  private static boolean whole(CharSequence bytes) {
    String text = bytes.toString();
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      return false;
    }
    String head = text.substring(0, end).toLowerCase(Locale.ROOT);
    if (head.contains("\r\ntransfer-encoding: chunked")) {
      int last = text.indexOf("\r\n0\r\n", end + 2);
      return last >= 0 && text.indexOf("\r\n\r\n", last) >= 0;
    }
    Matcher length = LENGTH.matcher(head);
    return !length.find() || text.length() >= end + 4 + Integer.parseInt(length.group(1));
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    executor.shutdownNow();
  }
}
