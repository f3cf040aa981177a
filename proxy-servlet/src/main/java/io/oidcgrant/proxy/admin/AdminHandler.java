package io.oidcgrant.proxy.admin;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.oidcgrant.clientauth.ClientKeys;
import io.oidcgrant.proxy.admin.api.AdminApi;
import io.oidcgrant.proxy.answer.ErrorAnswer;
import io.oidcgrant.proxy.metrics.Prometheus;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
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
  }

  private record Answer(int status, String type, String body, String allow) {}

  private static Answer json(int status, String body) {
    return new Answer(status, ErrorAnswer.CONTENT_TYPE, body, "");
  }

  private static Answer error(int status) {
    return json(status, new String(ErrorAnswer.of(status).json(), StandardCharsets.UTF_8));
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Answer answer = answer(request);
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.type());
    ErrorAnswer.HEADERS.forEach((name, value) -> response.getHeaders().put(name, value));
    if (!answer.allow().isEmpty()) {
      response.getHeaders().put(HttpHeader.ALLOW, answer.allow());
    }
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    if (answer.status() == 204) {
      response.getHeaders().remove(HttpHeader.CONTENT_TYPE);
    } else {
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    }
    response.write(true, ByteBuffer.wrap(body), callback);
    return true;
  }

  private Answer answer(Request request) {
    String method = request.getMethod();
    boolean read = method.equals("GET") || method.equals("HEAD");
    String path = request.getHttpURI().getCanonicalPath();
    String host = request.getHeaders().get(HttpHeader.HOST);
    boolean local = host == null || LOCAL.matcher(host).matches();
    // Health, numbers and public keys are for others, too; the rest not for a page whose name was
    // made to lead here.
    boolean open = path.startsWith("/health/")
        || path.equals("/metrics")
        || (read && path.equals("/openid-connect/jwks"));
    if (!open && token.isPresent() && !token.get().is(presented(request))) {
      return json(401, "{\"message\":\"Unauthorized\"}");
    }
    if (!open && token.isEmpty() && !local) {
      return json(403, "{\"message\":\"Host must be an IP address or localhost\"}");
    }
    return switch (path) {
      case "/health/live" -> read ? json(200, "{\"status\":\"UP\"}") : notAllowed("GET, HEAD");
      case "/health/ready" -> read ? ready() : notAllowed("GET, HEAD");
      case "/metrics" ->
        read
            ? new Answer(200, Prometheus.CONTENT_TYPE, metrics.text(), "")
            : notAllowed("GET, HEAD");
      case "/openid-connect/jwks" ->
        read
            ? new Answer(200, KEYS, published(), "")
            : method.equals("DELETE") ? rotated(request) : notAllowed("GET, HEAD, DELETE");
      default -> {
        AdminApi.Answer answer = api.answer(method, path);
        yield new Answer(answer.status(), ErrorAnswer.CONTENT_TYPE, answer.json(), answer.allow());
      }
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

  /** As Kong's {@code DELETE}; not for a page in a browser on this machine, which names itself. */
  private Answer rotated(Request request) {
    if (request.getHeaders().contains(HttpHeader.ORIGIN)
        || request.getHeaders().contains("Sec-Fetch-Site")) {
      return json(403, "{\"message\":\"Not for browsers\"}");
    }
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
