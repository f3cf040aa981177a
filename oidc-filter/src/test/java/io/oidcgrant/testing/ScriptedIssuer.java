package io.oidcgrant.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/**
 * An authorization server on loopback that answers what the test says: real sockets, real keys,
 * every request recorded. By default it grants everything.
 */
public final class ScriptedIssuer implements AutoCloseable {
  static {
    // Without it every answer waits 40 ms for an acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  /** A request to the token endpoint as it came. */
  public record Asked(
      String query, Map<String, List<String>> headers, Map<String, List<String>> form) {
    public String value(String name) {
      List<String> values = form.getOrDefault(name, List.of());
      return values.size() == 1 ? values.get(0) : null;
    }

    public String header(String name) {
      List<String> values =
          headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), List.of());
      return values.isEmpty() ? null : values.get(0);
    }
  }

  /** An answer of the token endpoint. */
  public record Reply(int status, Map<String, String> headers, String body, Charset charset) {
    public Reply(int status, Map<String, String> headers, String body) {
      this(status, headers, body, StandardCharsets.UTF_8);
    }

    public static Reply json(int status, String body) {
      return new Reply(status, Map.of("Content-Type", "application/json"), body);
    }

    /** With one header more. */
    Reply with(String header, String value) {
      Map<String, String> all = new LinkedHashMap<>(headers);
      all.put(header, value);
      return new Reply(status, all, body, charset);
    }

    public static Reply error(int status, String code) {
      return json(status, "{\"error\":\"" + code + "\",\"error_description\":\"scripted\"}");
    }
  }

  private static final int KEYS_AT_A_TIME = 8;
  private static final Queue<RSAKey> KEYS = new ArrayDeque<>();

  private final HttpServer server;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger discoveries = new AtomicInteger();
  private final AtomicInteger keyFetches = new AtomicInteger();
  private volatile RSAKey key;
  private volatile JWKSet published;
  private volatile Function<Asked, Reply> script = this::grant;
  private volatile String statedIssuer;
  private volatile InstantSource clock = InstantSource.system();

  private ScriptedIssuer(int port, SSLContext tls) throws IOException, JOSEException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    if (tls == null) {
      server = HttpServer.create(address, 512);
    } else {
      HttpsServer secured = HttpsServer.create(address, 512);
      secured.setHttpsConfigurator(new HttpsConfigurator(tls));
      server = secured;
    }
    server.setExecutor(executor);
    server.createContext("/.well-known/openid-configuration", this::discovery);
    server.createContext("/keys", this::keys);
    server.createContext("/token", this::token);
    rotateKey();
    statedIssuer = url();
  }

  public static ScriptedIssuer start() {
    return start(0);
  }

  public static ScriptedIssuer start(int port) {
    return start(port, null);
  }

  /** Over TLS with the certificate of {@code tls}. */
  public static ScriptedIssuer start(SSLContext tls) {
    return start(0, tls);
  }

  private static ScriptedIssuer start(int port, SSLContext tls) {
    try {
      ScriptedIssuer issuer = new ScriptedIssuer(port, tls);
      issuer.server.start();
      return issuer;
    } catch (IOException | JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  public String url() {
    return (server instanceof HttpsServer ? "https" : "http")
        + "://127.0.0.1:"
        + server.getAddress().getPort();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** Signs with a new key from now on; only that one is published. */
  public void rotateKey() {
    try {
      key = newKey();
      published = new JWKSet(key.toPublicJWK());
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A key of an issuer, another than the last seven: making one takes long. */
  static synchronized RSAKey newKey() throws JOSEException {
    RSAKey key =
        KEYS.size() < KEYS_AT_A_TIME ? new RSAKeyGenerator(2048).generate() : KEYS.remove();
    KEYS.add(key);
    return new RSAKey.Builder(key)
        .keyID(UUID.randomUUID().toString())
        .keyUse(KeyUse.SIGNATURE)
        .algorithm(JWSAlgorithm.RS256)
        .build();
  }

  /** Tells the times in the tokens. */
  public void clock(InstantSource source) {
    clock = source;
  }

  public void publish(JWKSet keys) {
    published = keys;
  }

  /** What the discovery document says its issuer is. */
  public void stateIssuer(String issuer) {
    statedIssuer = issuer;
  }

  public void answer(Function<Asked, Reply> next) {
    script = next;
  }

  public void answer(Reply reply) {
    script = request -> reply;
  }

  /** Every token request so far, in order. */
  public List<Asked> asked() {
    return new ArrayList<>(asked);
  }

  public int discoveries() {
    return discoveries.get();
  }

  public int keyFetches() {
    return keyFetches.get();
  }

  /**
   * Grants whatever is asked for: tokens for {@code alice}, 300 s, with a new refresh token for
   * users.
   */
  public Reply grant(Asked request) {
    return Reply.json(200, tokens(Map.of()));
  }

  /** The body of a good answer; {@code changes} replaces members, null removes them. */
  public String tokens(Map<String, ?> changes) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("access_token", accessToken(Map.of()));
    body.put("token_type", "Bearer");
    body.put("expires_in", 300);
    body.put("refresh_token", "rt-" + UUID.randomUUID());
    body.putAll(changes);
    body.values().removeIf(value -> value == null);
    return com.nimbusds.jose.util.JSONObjectUtils.toJSONString(body);
  }

  /** A signed access token; {@code changes} replaces claims. */
  public String accessToken(Map<String, ?> changes) {
    return sign(changes, "JWT", null);
  }

  public String idToken(String audience, Map<String, ?> changes) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("aud", audience);
    all.putAll(changes);
    return sign(all, "JWT", null);
  }

  /** A token signed by {@code with}, or by the current key. */
  public String sign(Map<String, ?> changes, String type, RSAKey with) {
    RSAKey signer = with == null ? key : with;
    long now = clock.instant().getEpochSecond();
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", url());
    claims.put("sub", "alice");
    claims.put("jti", UUID.randomUUID().toString());
    claims.put("iat", now);
    claims.put("exp", now + 300);
    claims.putAll(changes);
    claims.values().removeIf(value -> value == null);
    return signed(claims, type, signer);
  }

  /** A token with exactly these claims. */
  static String signed(Map<String, Object> claims, String type, RSAKey signer) {
    JWSObject jwt = new JWSObject(
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID(signer.getKeyID())
            .type(new JOSEObjectType(type))
            .build(),
        new Payload(claims));
    try {
      jwt.sign(new RSASSASigner(signer));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
    return jwt.serialize();
  }

  public RSAKey key() {
    return key;
  }

  private void discovery(HttpExchange exchange) throws IOException {
    discoveries.incrementAndGet();
    String base = url();
    send(
        exchange,
        Reply.json(
            200,
            "{\"issuer\":\""
                + statedIssuer
                + "\",\"token_endpoint\":\""
                + base
                + "/token\",\"jwks_uri\":\""
                + base
                + "/keys\",\"token_endpoint_auth_methods_supported\":[\"client_secret_post\",\"client_secret_basic\"]}"));
  }

  private void keys(HttpExchange exchange) throws IOException {
    keyFetches.incrementAndGet();
    send(exchange, Reply.json(200, published.toString(true)));
  }

  private void token(HttpExchange exchange) throws IOException {
    Asked request = asked(exchange, body(exchange));
    asked.add(request);
    send(exchange, script.apply(request));
  }

  /** The body of a request as it came. */
  static String body(HttpExchange exchange) throws IOException {
    return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** A request with a form. */
  static Asked asked(HttpExchange exchange, String body) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) ->
            headers.put(name.toLowerCase(java.util.Locale.ROOT), List.copyOf(values)));
    Map<String, List<String>> form = new LinkedHashMap<>();
    for (String pair : body.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        form.computeIfAbsent(decode(pair.substring(0, equals)), name -> new ArrayList<>())
            .add(decode(pair.substring(equals + 1)));
      }
    }
    return new Asked(exchange.getRequestURI().getRawQuery(), headers, form);
  }

  private static String decode(String encoded) {
    return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
  }

  static void send(HttpExchange exchange, Reply reply) throws IOException {
    try (exchange) {
      reply.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
      byte[] bytes = reply.body().getBytes(reply.charset());
      exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
