package io.oidcgrant.examples.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Bytes in and out, and how they can go wrong. Safe for concurrent use. */
final class Delivery implements AutoCloseable {
  /** What of a body that is too large is read, so that its sender sees the answer, bytes. */
  private static final int DRAINED = 4 * 1024 * 1024;

  private final CountDownLatch closing = new CountDownLatch(1);

  /** The body; empty if it is larger than {@link Identity#BODY_LIMIT}. */
  static Optional<String> body(HttpExchange exchange) throws IOException {
    try (InputStream in = exchange.getRequestBody()) {
      byte[] bytes = in.readNBytes(Identity.BODY_LIMIT + 1);
      if (bytes.length <= Identity.BODY_LIMIT) {
        return Optional.of(new String(bytes, UTF_8));
      }
      byte[] buffer = new byte[8192];
      int drained = 0;
      for (int n = in.read(buffer); n >= 0 && drained < DRAINED; n = in.read(buffer)) {
        drained += n;
      }
      return Optional.empty();
    }
  }

  void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = start(exchange, answer);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
    exchange.close();
  }

  /** As the fault wants it; the connection ends, whatever happens. */
  void send(HttpExchange exchange, Answer answer, Fault.Kind kind, int time) throws IOException {
    try {
      switch (kind) {
        case HANG -> closing.await(time, TimeUnit.SECONDS);
        case DRIP -> drip(exchange, answer, time);
        case TRUNCATE -> {
          byte[] body = start(exchange, answer);
          exchange.getResponseBody().write(body, 0, body.length / 2);
          exchange.getResponseBody().flush();
        }
        case CLOSE, LOST_ANSWER -> {}
        default -> send(exchange, answer);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  private void drip(HttpExchange exchange, Answer answer, int millis)
      throws IOException, InterruptedException {
    byte[] body = start(exchange, answer);
    OutputStream out = exchange.getResponseBody();
    for (byte one : body) {
      out.write(one);
      out.flush();
      if (closing.await(millis, TimeUnit.MILLISECONDS)) {
        return;
      }
    }
  }

  /** Sends all but the body, which may have to be empty. */
  private static byte[] start(HttpExchange exchange, Answer answer) throws IOException {
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    boolean none = exchange.getRequestMethod().equals("HEAD")
        || answer.status() == 204
        || answer.status() == 304;
    byte[] body = none ? new byte[0] : answer.body().getBytes(UTF_8);
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    return body;
  }

  /** Ends what hangs and drips. */
  @Override
  public void close() {
    closing.countDown();
  }
}
