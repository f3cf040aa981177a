package io.oidcgrant.examples.identity;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** An authorization server as Kong Identity has them. Safe for concurrent use. */
final class AuthServer implements Register.Entry {
  private static final int MOST_ENTRIES = 1000;
  private static final int MOST_CLIENTS = 5000;

  private final String id = UUID.randomUUID().toString();
  private final String issuer;
  private final Optional<String> tlsUrl;
  private final String name;
  private final String audience;
  private final String description;
  private final Map<String, String> labels;
  private final Map<String, Object> shown = new LinkedHashMap<>();
  private final Register<RegisteredScope> scopes = new Register<>(MOST_ENTRIES);
  private final Register<RegisteredClaim> claims = new Register<>(MOST_ENTRIES);
  private final Register<RegisteredClient> clients = new Register<>(MOST_CLIENTS);
  private final ConcurrentMap<String, String> passwords = new ConcurrentHashMap<>();
  private final SigningKeys keys;
  private final IssuedTokens tokens;
  private final TrustedIssuers trusted = new TrustedIssuers();
  private final ProofVerification proofs = new ProofVerification();
  private volatile boolean rotatesRefreshTokens;

  private AuthServer(URI base, Optional<URI> tlsBase, Fields fields, String createdAt) {
    issuer = base + "/" + id + "/auth";
    tlsUrl = tlsBase.map(url -> url + "/" + id + "/auth");
    name = fields.text("name", 256);
    audience = fields.text("audience", 256);
    description = fields.text("description", 1024, "");
    labels = fields.pairs("labels");
    String algorithm = fields.choice("signing_algorithm", SigningKeys.ALGORITHMS, "RS256");
    List<String> origins = fields.texts("trusted_origins");
    if (origins.size() > 16) {
      throw Problem.field("trusted_origins", "trusted_origins are 16 at most");
    }
    fields.end();
    keys = new SigningKeys(algorithm);
    tokens = new IssuedTokens(issuer, keys);
    shown.put("id", id);
    shown.put("name", name);
    shown.put("description", description);
    shown.put("audience", audience);
    shown.put("issuer", issuer);
    shown.put("metadata_uri", issuer + "/.well-known/openid-configuration");
    shown.put("jwks_uri", jwksUri());
    shown.put("signing_algorithm", algorithm);
    shown.put("trusted_origins", origins);
    shown.put("labels", labels);
    shown.put("created_at", createdAt);
    shown.put("updated_at", createdAt);
  }

  /**
   * @param base the URL of the whole, without a path
   * @param tlsBase the same over TLS
   */
  static AuthServer create(URI base, Optional<URI> tlsBase, Fields fields, String createdAt) {
    return new AuthServer(base, tlsBase, fields, createdAt);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Map<String, Object> shown() {
    return shown;
  }

  String issuer() {
    return issuer;
  }

  /** What the endpoints are below, over TLS. */
  Optional<String> tlsUrl() {
    return tlsUrl;
  }

  String jwksUri() {
    return issuer + "/.well-known/jwks";
  }

  String tokenEndpoint() {
    return issuer + "/oauth/token";
  }

  String audience() {
    return audience;
  }

  Register<RegisteredScope> scopes() {
    return scopes;
  }

  Register<RegisteredClaim> claims() {
    return claims;
  }

  Register<RegisteredClient> clients() {
    return clients;
  }

  SigningKeys keys() {
    return keys;
  }

  IssuedTokens tokens() {
    return tokens;
  }

  TrustedIssuers trusted() {
    return trusted;
  }

  ProofVerification proofs() {
    return proofs;
  }

  void user(String username, String password) {
    if (passwords.size() >= MOST_ENTRIES && !passwords.containsKey(username)) {
      throw Problem.of(400, "there are " + MOST_ENTRIES + " users already, which is the limit");
    }
    passwords.put(username, password);
  }

  boolean isUser(String username, String password) {
    return Optional.ofNullable(passwords.get(username))
        .map(known -> MessageDigest.isEqual(
            known.getBytes(StandardCharsets.UTF_8), password.getBytes(StandardCharsets.UTF_8)))
        .orElse(false);
  }

  boolean rotatesRefreshTokens() {
    return rotatesRefreshTokens;
  }

  void rotateRefreshTokens(boolean yes) {
    rotatesRefreshTokens = yes;
  }

  /** What the templates of claims may name. */
  Map<String, String> templateFields(RegisteredClient client) {
    Map<String, String> fields = new HashMap<>();
    fields.put(".AuthServer.ID", id);
    fields.put(".AuthServer.Name", name);
    fields.put(".AuthServer.Audience", audience);
    fields.put(".AuthServer.Description", description);
    fields.put(".AuthServer.Issuer", issuer);
    labels.forEach((label, value) -> fields.put(".AuthServer.Labels." + label, value));
    fields.put(".Client.ID", client.id());
    fields.put(".Client.Name", client.name());
    client.labels().forEach((label, value) -> fields.put(".Client.Labels." + label, value));
    return fields;
  }
}
