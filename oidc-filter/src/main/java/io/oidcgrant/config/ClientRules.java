package io.oidcgrant.config;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import io.oidcgrant.http.TlsIdentity;
import io.oidcgrant.jose.SigningKey;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.TokenPart;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What each client needs for its method of authentication, and which keys fit which algorithm. */
final class ClientRules {
  private static final String BY_SECRET = "client_secret_";

  private final Values values;
  private final BiConsumer<Field<?>, String> problem;

  private ClientRules(Values values, BiConsumer<Field<?>, String> problem) {
    this.values = values;
    this.problem = problem;
  }

  static void check(Values values, BiConsumer<Field<?>, String> problem) {
    ClientRules rules = new ClientRules(values, problem);
    rules.lists();
    List<ClientSettings> clients = clients(values);
    for (int i = 0; i < clients.size(); i++) {
      String which = clients.size() == 1 ? "" : " (client " + (i + 1) + ")";
      rules.client(clients.get(i), which);
    }
    rules.certificate();
    rules.dpop();
  }

  /** The clients; one beyond the end of a list beside {@code client_id} takes its first item. */
  static List<ClientSettings> clients(Values values) {
    List<Secret> ids = values.find(OidcFields.CLIENT_ID).orElse(List.of());
    return java.util.stream.IntStream.range(0, ids.size())
        .mapToObj(i -> new ClientSettings(
            ids.get(i).reveal(),
            at(values, OidcFields.CLIENT_SECRET, i),
            at(values, OidcFields.CLIENT_AUTH_METHOD, i),
            at(values, OidcFields.CLIENT_ALG_NAMES, i).map(JWSAlgorithm::parse),
            at(values, OidcFields.CLIENT_JWK, i)))
        .toList();
  }

  private static <T> Optional<T> at(Values values, Field<List<T>> field, int index) {
    List<T> list = values.find(field).orElse(List.of());
    return list.isEmpty()
        ? Optional.empty()
        : Optional.of(list.get(index < list.size() ? index : 0));
  }

  private void lists() {
    List<Secret> ids = values.find(OidcFields.CLIENT_ID).orElse(List.of());
    if (ids.stream().anyMatch(Secret::isEmpty)) {
      problem.accept(OidcFields.CLIENT_ID, "is empty");
    }
    if (ids.stream().map(Secret::reveal).distinct().count() < ids.size()) {
      problem.accept(OidcFields.CLIENT_ID, "holds one client twice");
    }
    if (values.find(OidcFields.CLIENT_SECRET).orElse(List.of()).stream()
        .anyMatch(Secret::isEmpty)) {
      problem.accept(OidcFields.CLIENT_SECRET, "is empty");
    }
    // How a caller's own id and secret are sent needs no client of ours.
    int least = ids.isEmpty() ? 1 : ids.size();
    atMost(OidcFields.CLIENT_SECRET, ids.size());
    atMost(OidcFields.CLIENT_AUTH_METHOD, least);
    atMost(OidcFields.CLIENT_ALG_NAMES, least);
    atMost(OidcFields.CLIENT_JWK, ids.size());
  }

  private void atMost(Field<? extends List<?>> field, int clients) {
    int size = values.find(field).map(List::size).orElse(0);
    if (size > clients) {
      problem.accept(field, "has " + size + " items beside " + clients + " of client_id");
    }
  }

  private void client(ClientSettings client, String which) {
    Optional<String> ofToken = values.find(OidcFields.TOKEN_ENDPOINT_AUTH_METHOD);
    method(
        ofToken.isPresent() ? OidcFields.TOKEN_ENDPOINT_AUTH_METHOD : OidcFields.CLIENT_AUTH_METHOD,
        ofToken.or(client::auth),
        client,
        which);
    Optional<String> ofIntrospection =
        values.find(OidcFields.INTROSPECTION_ENDPOINT_AUTH_METHOD).or(client::auth);
    if (ofIntrospection.filter("none"::equals).isPresent()
        && OidcRules.methods(values).contains("introspection")) {
      problem.accept(
          OidcFields.INTROSPECTION_ENDPOINT_AUTH_METHOD,
          "is none" + which
              + ": who asks about tokens must prove who he is (RFC 7662 section 2.1)");
    }
    for (Field<String> field : List.of(
        OidcFields.INTROSPECTION_ENDPOINT_AUTH_METHOD,
        OidcFields.REVOCATION_ENDPOINT_AUTH_METHOD)) {
      Optional<String> own = values.find(field);
      if (own.isPresent() && !own.equals(ofToken.or(client::auth))) {
        method(field, own, client, which);
      }
    }
  }

  private void method(
      Field<?> field, Optional<String> written, ClientSettings client, String which) {
    String method = written.orElse("");
    if (method.isEmpty()) {
      discovered(client, which);
    } else if (method.startsWith(BY_SECRET)) {
      bySecret(client, method, which);
    } else if (method.equals("private_key_jwt")) {
      byKey(client, which);
    } else if (method.contains("tls_client_auth")) {
      byCertificate(field, method, which);
    }
  }

  private void discovered(ClientSettings client, String which) {
    if (client.secret().isEmpty()
        && client.key().isEmpty()
        && certificate(values).isEmpty()) {
      problem.accept(
          OidcFields.CLIENT_SECRET,
          "is missing" + which
              + ": client_secret_basic and client_secret_post need it; or write client_auth: private_key_jwt, tls_client_auth or none");
    }
    if (client.key().isPresent()) {
      byKey(client, which);
    }
  }

  private void bySecret(ClientSettings client, String method, String which) {
    if (client.secret().isEmpty()) {
      problem.accept(OidcFields.CLIENT_SECRET, "is missing" + which + ": " + method + " needs it");
      return;
    }
    if (!method.equals("client_secret_jwt")) {
      return;
    }
    JWSAlgorithm algorithm = client.algorithm().orElse(JWSAlgorithm.HS256);
    if (!JWSAlgorithm.Family.HMAC_SHA.contains(algorithm)) {
      problem.accept(
          OidcFields.CLIENT_ALG_NAMES,
          "is " + algorithm + which + ": client_secret_jwt takes HS256, HS384 or HS512");
      return;
    }
    byte[] secret = client.secret().get().reveal().getBytes(StandardCharsets.UTF_8);
    SigningKey.wrong(new OctetSequenceKey.Builder(secret).build(), algorithm)
        .ifPresent(why -> problem.accept(OidcFields.CLIENT_SECRET, why + which));
  }

  private void byKey(ClientSettings client, String which) {
    Optional<JWSAlgorithm> written = client.algorithm();
    if (written.filter(JWSAlgorithm.Family.HMAC_SHA::contains).isPresent()) {
      problem.accept(
          OidcFields.CLIENT_ALG_NAMES,
          "is " + written.get() + which + ": private_key_jwt takes RS, PS, ES or EdDSA");
      return;
    }
    client
        .key()
        .ifPresent(key -> keyPair(
            OidcFields.CLIENT_JWK,
            key,
            written.orElseGet(() -> SigningKey.algorithmOf(key)),
            which));
  }

  private void keyPair(Field<?> field, JWK key, JWSAlgorithm algorithm, String which) {
    if (!SigningKey.ASYMMETRIC.contains(algorithm)) {
      problem.accept(field, "is for " + algorithm + which + "; a key pair is needed");
      return;
    }
    SigningKey.wrong(key, algorithm).ifPresent(why -> problem.accept(field, why + which));
  }

  private void byCertificate(Field<?> named, String method, String which) {
    if (certificate(values).isEmpty()) {
      problem.accept(
          named,
          "is " + method + which + ", which needs tls_client_auth_cert or tls_client_auth_cert_id");
    }
    for (Field<String> field : List.of(OidcFields.TOKEN_ENDPOINT, OidcFields.MTLS_TOKEN_ENDPOINT)) {
      values
          .find(field)
          .filter(url -> !url.startsWith("https://"))
          .ifPresent(url -> problem.accept(
              field, "must be https: " + method + " proves the client by its certificate"));
    }
  }

  /** The client's certificate, by whichever field it was given. */
  static Optional<TlsIdentity.Source> certificate(Values values) {
    return values
        .find(OidcFields.TLS_CLIENT_AUTH_CERT_ID)
        .or(() -> values
            .find(OidcFields.TLS_CLIENT_AUTH_CERT)
            .map(written -> new TlsIdentity.Source(
                written,
                values.find(OidcFields.TLS_CLIENT_AUTH_KEY).map(Secret::reveal),
                values.find(OidcFields.TLS_CLIENT_AUTH_KEY_PASSWORD))));
  }

  private void certificate() {
    boolean byId = values.find(OidcFields.TLS_CLIENT_AUTH_CERT_ID).isPresent();
    Optional<String> written = values.find(OidcFields.TLS_CLIENT_AUTH_CERT);
    if (byId && written.isPresent()) {
      problem.accept(
          OidcFields.TLS_CLIENT_AUTH_CERT,
          "stands beside tls_client_auth_cert_id: leave one of them");
    }
    if (written.isEmpty()) {
      for (Field<?> field :
          List.of(OidcFields.TLS_CLIENT_AUTH_KEY, OidcFields.TLS_CLIENT_AUTH_KEY_PASSWORD)) {
        if (values.find(field).isPresent()) {
          problem.accept(field, "has no effect without tls_client_auth_cert");
        }
      }
      return;
    }
    certificate(values).ifPresent(source -> {
      try {
        TlsIdentity.load(source, InstantSource.system().instant());
      } catch (IllegalArgumentException e) {
        problem.accept(OidcFields.TLS_CLIENT_AUTH_CERT, "cannot be used: " + e.getMessage());
      }
    });
  }

  private void dpop() {
    values
        .find(OidcFields.DPOP_JWK)
        .ifPresent(key -> keyPair(OidcFields.DPOP_JWK, key, SigningKey.algorithmOf(key), ""));
    boolean asked = values.get(OidcFields.TOKEN_ENDPOINT_DPOP);
    if (values.find(OidcFields.DPOP_JWK).isPresent() && !asked) {
      problem.accept(OidcFields.DPOP_JWK, "has no effect: token_endpoint_dpop is not on");
    }
    if (!values.get(OidcFields.UPSTREAM_DPOP)) {
      values
          .find(OidcFields.DPOP_UPSTREAM_URL)
          .ifPresent(url -> problem.accept(
              OidcFields.DPOP_UPSTREAM_URL, "has no effect: upstream_dpop is not on"));
      return;
    }
    if (!asked) {
      problem.accept(
          OidcFields.UPSTREAM_DPOP,
          "needs token_endpoint_dpop: only a token bound to our key can be proven to the upstream");
    }
    String header = values.find(IdentityFields.upstream(TokenPart.ACCESS_TOKEN)).orElse("");
    if (!header.equalsIgnoreCase("authorization:bearer")) {
      problem.accept(
          OidcFields.UPSTREAM_DPOP,
          "puts the access token into Authorization: leave upstream_access_token_header as it is");
    }
  }
}
