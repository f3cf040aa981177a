package io.oidcgrant.benchmarks;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Publishes a key on loopback, whatever is asked for. */
final class KeyServer implements AutoCloseable {
  private final ServerSocket server;
  private final byte[] answer;

  private KeyServer(ServerSocket server, String keys) {
    this.server = server;
    this.answer =
        ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                + keys.length() + "\r\n\r\n" + keys)
            .getBytes(StandardCharsets.US_ASCII);
  }

  static KeyServer start(JWK key) throws IOException {
    KeyServer started = new KeyServer(
        new ServerSocket(0, 0, InetAddress.getLoopbackAddress()), new JWKSet(key).toString(true));
    Thread thread = new Thread(started::serve, "keys");
    thread.setDaemon(true);
    thread.start();
    return started;
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        // The head of a GET comes in one piece.
        var unused = socket.getInputStream().read(new byte[4096]);
        socket.getOutputStream().write(answer);
      } catch (IOException e) {
        // Closed, or asked by somebody who went away.
      }
    }
  }

  String url() {
    return "http://127.0.0.1:" + server.getLocalPort() + "/keys";
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
