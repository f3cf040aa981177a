package io.oidcgrant.testing;

import com.nimbusds.common.contenttype.ContentType;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.oidcgrant.testing.ScriptedIssuer.Asked;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.X509TrustManager;

/**
 * An authorization server on loopback that believes nobody: clients, grants and proofs are checked
 * by Nimbus and the JDK, never by code of ours. One issuer over http and, with certificates, over
 * https, which asks for a client certificate. Its times are the system's. Safe for concurrent use.
 */
public final class VerifyingIssuer implements AutoCloseable {
  private static final List<String> METHODS = List.of(
      "client_secret_basic",
      "client_secret_post",
      "client_secret_jwt",
      "private_key_jwt",
      "tls_client_auth",
      "self_signed_tls_client_auth",
      "none");
  private static final List<String> ASSERTION_ALGORITHMS = List.of(
      "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
      "ES384", "ES512", "EdDSA", "Ed25519");
  private static final List<String> PROOF_ALGORITHMS =
      List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

  /** Whether DPoP proofs must carry a nonce of ours. */
  public enum Nonces {
    NONE,
    /** The newest one; where it is missing, {@code use_dpop_nonce} brings it. */
    REQUIRED,
    /** {@code use_dpop_nonce} whatever the proof carries. */
    NEVER_ENOUGH
  }

  /**
   * A request to one of the endpoints {@code token}, {@code introspect} and {@code revoke}, as it
   * came, and its answer.
   *
   * @param uri where it came in: scheme, port, path, query
   * @param certificates which the connection presented, the client's first
   */
  public record Request(
      String endpoint, URI uri, Asked asked, List<X509Certificate> certificates, Reply reply) {
    /** The parameter, if it is there once; else null. */
    public String value(String name) {
      return asked.value(name);
    }

    public String header(String name) {
      return asked.header(name);
    }

    /** The client's certificate, or null. */
    public X509Certificate certificate() {
      return certificates.isEmpty() ? null : certificates.get(0);
    }
  }

  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final HttpServer plain;
  private final HttpsServer secured;
  private final String issuer;
  private final ClientVerification clients;
  private final IssuedTokens tokens;
  private final ProofVerification proofs = new ProofVerification();
  private final VerifyingEndpoints endpoints;
  private volatile Map<String, ?> discoveryChanges = Map.of();
  private volatile boolean namesAliases;

  private VerifyingIssuer(TestCertificates certificates, boolean namedByHttps)
      throws IOException, GeneralSecurityException, JOSEException {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    plain = HttpServer.create(anyPort, 512);
    X509Certificate authority = null;
    if (certificates == null) {
      secured = null;
    } else {
      secured = HttpsServer.create(anyPort, 512);
      secured.setHttpsConfigurator(
          new WantsCertificates(certificates.valid(new TakesAnyCertificate())));
      try (InputStream in = Files.newInputStream(certificates.anchor())) {
        authority =
            (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      }
    }
    issuer = namedByHttps ? httpsUrl() : httpUrl();
    clients = new ClientVerification(issuer, authority);
    tokens = new IssuedTokens(issuer);
    endpoints = new VerifyingEndpoints(proofs, tokens);
    listen(plain);
    if (secured != null) {
      listen(secured);
    }
  }

  /** Over http. */
  public static VerifyingIssuer start() {
    return start(null, false);
  }

  /** Over http and https; the issuer and its endpoints are named by http. */
  public static VerifyingIssuer start(TestCertificates certificates) {
    return start(certificates, false);
  }

  /** Over http and https; the issuer and its endpoints are named by https. */
  public static VerifyingIssuer startNamedByHttps(TestCertificates certificates) {
    return start(certificates, true);
  }

  private static VerifyingIssuer start(TestCertificates certificates, boolean namedByHttps) {
    try {
      return new VerifyingIssuer(certificates, namedByHttps);
    } catch (IOException | GeneralSecurityException | JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private void listen(HttpServer server) {
    server.setExecutor(executor);
    server.createContext("/.well-known/openid-configuration", this::discovery);
    server.createContext(
        "/keys",
        exchange -> ScriptedIssuer.send(
            exchange, Reply.json(200, new JWKSet(tokens.key()).toString(true))));
    server.createContext("/token", exchange -> serve(exchange, "token", endpoints::token));
    server.createContext(
        "/introspect", exchange -> serve(exchange, "introspect", endpoints::introspect));
    server.createContext("/revoke", exchange -> serve(exchange, "revoke", endpoints::revoke));
    server.start();
  }

  /** The issuer, and the base of its endpoints. */
  public String url() {
    return issuer;
  }

  public String httpUrl() {
    return "http://127.0.0.1:" + plain.getAddress().getPort();
  }

  public String httpsUrl() {
    return "https://127.0.0.1:" + secured.getAddress().getPort();
  }

  public void register(RegisteredClient client) {
    clients.register(client);
  }

  /** A user, for the password grant. */
  public void user(String name, String password) {
    endpoints.user(name, password);
  }

  /** A refresh token of this client for this user; it is good until it is revoked. */
  public String refreshToken(String clientId, String user) {
    return tokens.refresh(new IssuedTokens.Refresh(clientId, user, null, Map.of()));
  }

  /** An active access token; {@code changes} replaces claims, null removes them. */
  public String accessToken(String clientId, String subject, Map<String, ?> changes) {
    return tokens.access(clientId, subject, changes);
  }

  /** Replaces members of the discovery document; null removes them. */
  public void discovery(Map<String, ?> changes) {
    discoveryChanges = changes;
  }

  /** Whether {@code mtls_endpoint_aliases} (RFC 8705 section 5) names the endpoints over https. */
  public void nameAliases(boolean yes) {
    namesAliases = yes;
  }

  public void nonces(Nonces demand) {
    proofs.demand(demand);
  }

  /** Whether each good answer to a proof brings a new nonce, after which only that one is right. */
  public void renewNonces(boolean yes) {
    endpoints.renewNonces(yes);
  }

  /** Whether a good proof is answered with a plain Bearer token. */
  public void ignoreProofs(boolean yes) {
    endpoints.ignoreProofs(yes);
  }

  /** The requests to {@code token}, {@code introspect} or {@code revoke} so far, in order. */
  public List<Request> requests(String endpoint) {
    return requests.stream()
        .filter(request -> request.endpoint().equals(endpoint))
        .toList();
  }

  private void discovery(HttpExchange exchange) throws IOException {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("issuer", issuer);
    document.put("jwks_uri", issuer + "/keys");
    document.putAll(endpoints(issuer));
    for (String endpoint : List.of("token", "introspection", "revocation")) {
      document.put(endpoint + "_endpoint_auth_methods_supported", METHODS);
      document.put(endpoint + "_endpoint_auth_signing_alg_values_supported", ASSERTION_ALGORITHMS);
    }
    document.put("dpop_signing_alg_values_supported", PROOF_ALGORITHMS);
    document.put("tls_client_certificate_bound_access_tokens", secured != null);
    if (namesAliases) {
      document.put("mtls_endpoint_aliases", endpoints(httpsUrl()));
    }
    document.putAll(discoveryChanges);
    document.values().removeIf(value -> value == null);
    ScriptedIssuer.send(exchange, Reply.json(200, JSONObjectUtils.toJSONString(document)));
  }

  private static Map<String, Object> endpoints(String base) {
    return Map.of(
        "token_endpoint", base + "/token",
        "introspection_endpoint", base + "/introspect",
        "revocation_endpoint", base + "/revoke");
  }

  private void serve(HttpExchange exchange, String endpoint, VerifyingEndpoints.Service service)
      throws IOException {
    String body = ScriptedIssuer.body(exchange);
    URI uri = URI.create(
        (exchange instanceof HttpsExchange ? httpsUrl() : httpUrl()) + exchange.getRequestURI());
    List<X509Certificate> certificates = certificates(exchange);
    Reply reply;
    try {
      HTTPRequest request = request(exchange, uri, body, certificates);
      RegisteredClient client = clients.authenticate(request, certificates);
      reply = service.serve(client, request, certificates);
    } catch (Refusal e) {
      reply = e.code().equals("use_dpop_nonce")
          ? e.reply().with("DPoP-Nonce", proofs.nonce())
          : e.reply();
    } catch (ParseException e) {
      reply = Refusal.invalidRequest(e.getMessage()).reply();
    } catch (RuntimeException | LinkageError e) {
      // Nimbus misses optional libraries late; the client must not wait for ever.
      reply = new Refusal(500, "server_error", e.toString()).reply();
    }
    reply = reply.with("Cache-Control", "no-store");
    requests.add(
        new Request(endpoint, uri, ScriptedIssuer.asked(exchange, body), certificates, reply));
    ScriptedIssuer.send(exchange, reply);
  }

  /** As Nimbus sees it, once its outside is right (RFC 6749 section 3.2). */
  private static HTTPRequest request(
      HttpExchange exchange, URI uri, String body, List<X509Certificate> certificates)
      throws ParseException {
    if (!exchange.getRequestMethod().equals("POST")) {
      throw new Refusal(405, "invalid_request", "the method must be POST");
    }
    if (uri.getRawQuery() != null) {
      throw Refusal.invalidRequest("parameters belong into the body");
    }
    HTTPRequest request = new HTTPRequest(HTTPRequest.Method.POST, uri);
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> request.setHeader(name, values.toArray(new String[0])));
    request.ensureEntityContentType(ContentType.APPLICATION_URLENCODED);
    request.setBody(body);
    Map<String, List<String>> form = request.getBodyAsFormParameters();
    for (Map.Entry<String, List<String>> parameter : form.entrySet()) {
      if (parameter.getValue().size() > 1 && !parameter.getKey().equals("resource")) {
        throw Refusal.invalidRequest(parameter.getKey() + " is there more than once");
      }
    }
    if (exchange.getRequestHeaders().getOrDefault("Authorization", List.of()).size() > 1) {
      throw Refusal.invalidRequest("more than one Authorization header");
    }
    if (!certificates.isEmpty()) {
      request.setClientX509Certificate(certificates.get(0));
    }
    return request;
  }

  private static List<X509Certificate> certificates(HttpExchange exchange) {
    if (!(exchange instanceof HttpsExchange secure)) {
      return List.of();
    }
    try {
      return List.of(secure.getSSLSession().getPeerCertificates()).stream()
          .map(X509Certificate.class::cast)
          .toList();
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }

  @Override
  public void close() {
    plain.stop(0);
    if (secured != null) {
      secured.stop(0);
    }
    executor.shutdownNow();
  }

  /** Asks for a client's certificate, and is content without one. */
  private static final class WantsCertificates extends HttpsConfigurator {
    private WantsCertificates(SSLContext context) {
      super(context);
    }

    @Override
    public void configure(HttpsParameters parameters) {
      SSLParameters tls = getSSLContext().getDefaultSSLParameters();
      tls.setWantClientAuth(true);
      parameters.setSSLParameters(tls);
    }
  }

  /** Leaves the judgement to the endpoints, as self-signed certificates need. */
  private static final class TakesAnyCertificate implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
