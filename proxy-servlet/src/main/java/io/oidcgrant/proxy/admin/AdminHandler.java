package io.oidcgrant.proxy.admin;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.oidcgrant.clientauth.ClientKeys;
import io.oidcgrant.proxy.admin.api.AdminApi;
import io.oidcgrant.proxy.answer.ErrorAnswer;
import io.oidcgrant.proxy.metrics.Prometheus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /health/live}, {@code /health/ready}, {@code /metrics}, {@code /openid-connect/jwks} (the
 * public keys of our clients, and with {@code DELETE} their rotation) and the Admin API. Safe for
 * concurrent use.
 */
public final class AdminHandler extends Handler.Abstract {
  private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);
  private static final String KEYS = "application/jwk-set+json";

  /** Pages of others can reach a loopback listener by a name of theirs (DNS rebinding). */
  private static final Pattern LOCAL = Pattern.compile(
      "(localhost|\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+])?(:\\d*)?", Pattern.CASE_INSENSITIVE);

  private static final int WAITING = 64;

  private final ThreadPoolExecutor writes = new ThreadPoolExecutor(
      1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
        Thread thread = new Thread(task, "admin");
        thread.setDaemon(true);
        return thread;
      });
  private final Readiness readiness;
  private final Supplier<List<ClientKeys>> keys;
  private final Prometheus metrics;
  private final AdminApi api;
  private final Optional<AdminToken> token;

  /**
   * Creates it.
   *
   * @param token what must be known for more than health, metrics and public keys; empty for
   *     nothing
   */
  public AdminHandler(
      Readiness readiness,
      Supplier<List<ClientKeys>> keys,
      Prometheus metrics,
      AdminApi api,
      Optional<AdminToken> token) {
    this.readiness = readiness;
    this.keys = keys;
    this.metrics = metrics;
    this.api = api;
    this.token = token;
    writes.allowCoreThreadTimeOut(true);
  }

  private record Answer(int status, String type, String body, String allow) {}

  private static Answer json(int status, String body) {
    return new Answer(status, ErrorAnswer.CONTENT_TYPE, body, "");
  }

  private static Answer json(io.oidcgrant.proxy.admin.api.Answer answer) {
    return new Answer(answer.status(), ErrorAnswer.CONTENT_TYPE, answer.json(), answer.allow());
  }

  private static Answer error(int status) {
    return json(status, new String(ErrorAnswer.of(status).json(), StandardCharsets.UTF_8));
  }

  @Override
  protected void doStop() throws Exception {
    writes.shutdownNow();
    super.doStop();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Optional<Answer> answer = refusal(request).or(() -> answer(request));
    boolean tooLong = request.getLength() > AdminApi.longestBody();
    if (answer.isPresent() || tooLong) {
      // With a body on its way the server ends the connection: what follows is no request.
      if (!request.consumeAvailable()) {
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
      }
      write(answer.orElseGet(() -> error(413)), response, callback);
    } else {
      Content.Source.asByteArrayAsync(
          request, AdminApi.longestBody(), new Body(this, request, response, callback));
    }
    return true;
  }

  /** The body of a request that changes something. */
  private record Body(AdminHandler handler, Request request, Response response, Callback callback)
      implements Promise.Invocable<byte[]> {
    @Override
    public void succeeded(byte[] body) {
      String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
      String path = request.getHttpURI().getCanonicalPath();
      try {
        // Changes come one after the other, and may take a second: not on the callers' threads.
        handler.writes.execute(() -> handler.write(answer(path, type, body), response, callback));
      } catch (RejectedExecutionException e) {
        handler.write(error(503), response, callback);
      }
    }

    /** Whoever asks gets an answer, whatever is wrong with us. */
    private Answer answer(String path, @Nullable String type, byte[] body) {
      try {
        return json(handler.api.write(request.getMethod(), path, type, body));
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        LOG.error("the Admin API failed", e);
        return error(503);
      }
    }

    @Override
    public void failed(Throwable failure) {
      // What cannot be read is told by exceptions that say so.
      boolean tooLong = failure.getClass() == IOException.class
          || failure.getClass() == IllegalStateException.class;
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
      handler.write(error(tooLong ? 413 : 400), response, callback);
    }
  }

  private void write(Answer answer, Response response, Callback callback) {
    response.setStatus(answer.status());
    ErrorAnswer.HEADERS.forEach((name, value) -> response.getHeaders().put(name, value));
    if (!answer.allow().isEmpty()) {
      response.getHeaders().put(HttpHeader.ALLOW, answer.allow());
    }
    if (answer.status() == 204) {
      response.write(true, null, callback);
      return;
    }
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.type());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.write(true, ByteBuffer.wrap(body), callback);
  }

  private static boolean reads(Request request) {
    return List.of("GET", "HEAD", "OPTIONS").contains(request.getMethod());
  }

  /** For whom there is nothing here. */
  private Optional<Answer> refusal(Request request) {
    String path = request.getHttpURI().getCanonicalPath();
    // Health, numbers and public keys are for everybody who can connect.
    boolean open = path.startsWith("/health/")
        || path.equals("/metrics")
        || (reads(request) && path.equals("/openid-connect/jwks"));
    if (open) {
      return Optional.empty();
    }
    if (token.isPresent()) {
      return token.get().is(presented(request))
          ? Optional.empty()
          : Optional.of(json(401, "{\"message\":\"Unauthorized\"}"));
    }
    String host = request.getHeaders().get(HttpHeader.HOST);
    if (host != null && !LOCAL.matcher(host).matches()) {
      return Optional.of(json(403, "{\"message\":\"Host must be an IP address or localhost\"}"));
    }
    // A page in a browser on this machine can send forms to loopback, and names itself.
    boolean page = request.getHeaders().contains(HttpHeader.ORIGIN)
        || request.getHeaders().contains("Sec-Fetch-Site");
    return page && !reads(request)
        ? Optional.of(json(403, "{\"message\":\"Not for browsers\"}"))
        : Optional.empty();
  }

  /** What can be answered without the body; empty for what changes the configuration. */
  private Optional<Answer> answer(Request request) {
    String method = request.getMethod();
    boolean read = method.equals("GET") || method.equals("HEAD");
    String path = request.getHttpURI().getCanonicalPath();
    return switch (path) {
      case "/health/live" ->
        Optional.of(read ? json(200, "{\"status\":\"UP\"}") : notAllowed("GET, HEAD"));
      case "/health/ready" -> Optional.of(read ? ready() : notAllowed("GET, HEAD"));
      case "/metrics" ->
        Optional.of(
            read
                ? new Answer(200, Prometheus.CONTENT_TYPE, metrics.text(), "")
                : notAllowed("GET, HEAD"));
      case "/openid-connect/jwks" ->
        Optional.of(
            read
                ? new Answer(200, KEYS, published(), "")
                : method.equals("DELETE") ? rotated() : notAllowed("GET, HEAD, DELETE"));
      default -> api.answer(method, path, request.getHttpURI().getQuery()).map(AdminHandler::json);
    };
  }

  /** As Konnect's API takes it, or as Kong Manager sends it. */
  private static @Nullable String presented(Request request) {
    String authorization = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    return authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)
        ? authorization.substring(7).strip()
        : request.getHeaders().get("Kong-Admin-Token");
  }

  private static Answer notAllowed(String allow) {
    Answer refused = error(405);
    return new Answer(refused.status(), refused.type(), refused.body(), allow);
  }

  private Answer ready() {
    Readiness.Answer answer = readiness.answer();
    return json(answer.status(), answer.json());
  }

  private String published() {
    List<JWK> all = keys.get().stream()
        .flatMap(each -> each.publicKeys().getKeys().stream())
        .toList();
    return new JWKSet(all).toString(true);
  }

  /** As Kong's {@code DELETE}. */
  private Answer rotated() {
    try {
      keys.get().forEach(each -> {
        var unused = each.rotate();
      });
      return json(204, "");
    } catch (UncheckedIOException e) {
      LOG.error("client keys could not be rotated: {}", e.getMessage());
      return json(503, "{\"message\":\"The new keys could not be stored\"}");
    }
  }
}
