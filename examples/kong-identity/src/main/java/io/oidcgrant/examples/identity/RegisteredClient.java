package io.oidcgrant.examples.identity;

import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.CLIENT_SECRET_BASIC;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.CLIENT_SECRET_JWT;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.CLIENT_SECRET_POST;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.NONE;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.PRIVATE_KEY_JWT;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.TLS_CLIENT_AUTH;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/** A client of an authorization server. Safe for concurrent use. */
final class RegisteredClient implements Register.Entry {
  /** Those of RFC 7591; Kong Identity itself has {@code client_secret_post} and {@code none}. */
  static final List<ClientAuthenticationMethod> METHODS = List.of(
      CLIENT_SECRET_POST,
      CLIENT_SECRET_BASIC,
      CLIENT_SECRET_JWT,
      PRIVATE_KEY_JWT,
      TLS_CLIENT_AUTH,
      NONE);

  private static final Pattern ID = Pattern.compile("[-\\w]{1,36}");
  private static final int MOST_SECRETS = 2;
  private static final int LEAST_DURATION = 60;
  private static final int MOST_DURATION = 2_592_000;
  private static final int DURATION = 300;

  /** The shortest secret for HMAC with SHA-256 (RFC 7518 section 3.2), bytes. */
  private static final int LEAST_KEY = 32;

  private record ClientSecret(String id, String value, String createdAt) {
    Map<String, Object> shown() {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("id", id);
      members.put("created_at", createdAt);
      return members;
    }
  }

  private final String id;
  private final String name;
  private final ClientAuthenticationMethod method;
  private final JWKSet keys;
  private final List<String> grantTypes;
  private final boolean allScopes;
  private final List<String> scopes;
  private final int accessTokenDuration;
  private final boolean dpopBound;
  private final boolean certificateBound;
  private final Optional<X500Principal> subject;
  private final Map<String, String> labels;
  private final Map<String, Object> shown = new LinkedHashMap<>();
  private final List<ClientSecret> secrets = new CopyOnWriteArrayList<>();

  private RegisteredClient(Fields fields, Register<RegisteredScope> known, String createdAt) {
    id = fields.text("id", 36, UUID.randomUUID().toString());
    if (!ID.matcher(id).matches()) {
      throw Problem.field("id", "id must be 1 to 36 of the characters a-z A-Z 0-9 _ -");
    }
    name = fields.text("name", 256);
    List<String> names =
        METHODS.stream().map(ClientAuthenticationMethod::getValue).toList();
    method = ClientAuthenticationMethod.parse(
        fields.choice("token_endpoint_auth_method", names, CLIENT_SECRET_POST.getValue()));
    keys = keys(fields);
    grantTypes = fields.texts("grant_types");
    if (!TokenEndpoint.GRANT_TYPES.containsAll(grantTypes) || grantTypes.isEmpty()) {
      throw Problem.field(
          "grant_types", "grant_types must be some of " + TokenEndpoint.GRANT_TYPES);
    }
    allScopes = fields.flag("allow_all_scopes", false);
    scopes = fields.texts("allow_scopes");
    if (!scopes.stream().allMatch(known::has)) {
      throw Problem.field("allow_scopes", "allow_scopes must be identifiers of scopes");
    }
    accessTokenDuration =
        fields.number("access_token_duration", LEAST_DURATION, MOST_DURATION, DURATION);
    dpopBound = fields.flag("dpop_bound_access_tokens", false);
    certificateBound = fields.flag("tls_client_certificate_bound_access_tokens", false);
    subject = subject(fields);
    labels = fields.pairs("labels");
    shown.put("id", id);
    shown.put("name", name);
    shown.put("grant_types", grantTypes);
    shown.put("response_types", fields.texts("response_types"));
    shown.put("redirect_uris", fields.texts("redirect_uris"));
    shown.put("login_uri", fields.text("login_uri", 2048, ""));
    shown.put("allow_all_scopes", allScopes);
    shown.put("allow_scopes", scopes);
    shown.put("access_token_duration", accessTokenDuration);
    shown.put(
        "id_token_duration",
        fields.number("id_token_duration", LEAST_DURATION, MOST_DURATION, DURATION));
    shown.put("token_endpoint_auth_method", method.getValue());
    shown.put("dpop_bound_access_tokens", dpopBound);
    shown.put("tls_client_certificate_bound_access_tokens", certificateBound);
    subject.ifPresent(dn -> shown.put("tls_client_auth_subject_dn", dn.getName()));
    shown.put("labels", labels);
    shown.put("created_at", createdAt);
    shown.put("updated_at", createdAt);
  }

  static RegisteredClient create(
      Fields fields, Register<RegisteredScope> scopes, String createdAt) {
    String secret = fields.text("client_secret", 128, "");
    RegisteredClient client = new RegisteredClient(fields, scopes, createdAt);
    fields.end();
    if (client.hasSecrets()) {
      client.addSecret(secret, createdAt);
    } else if (!secret.isEmpty()) {
      throw Problem.field("client_secret", "a client of this method has no secret");
    }
    return client;
  }

  private JWKSet keys(Fields fields) {
    Object jwks = fields.any("jwks");
    if (!method.equals(PRIVATE_KEY_JWT)) {
      if (jwks != null) {
        throw Problem.field("jwks", "jwks is for private_key_jwt");
      }
      return new JWKSet();
    }
    return SigningKeys.foreign("jwks", jwks);
  }

  private Optional<X500Principal> subject(Fields fields) {
    String name = fields.text("tls_client_auth_subject_dn", 512, "");
    if (!method.equals(TLS_CLIENT_AUTH) && name.isEmpty()) {
      return Optional.empty();
    }
    try {
      if (method.equals(TLS_CLIENT_AUTH) && !name.isBlank()) {
        return Optional.of(new X500Principal(name));
      }
    } catch (IllegalArgumentException e) {
      // As if it were missing.
    }
    throw Problem.field(
        "tls_client_auth_subject_dn",
        "tls_client_auth_subject_dn must be a distinguished name, for tls_client_auth only");
  }

  /** Whether its method takes a secret. */
  boolean hasSecrets() {
    return !List.of(NONE, PRIVATE_KEY_JWT, TLS_CLIENT_AUTH).contains(method);
  }

  /** The client with its newest secret, which is shown this once. */
  Map<String, Object> shownWithSecret() {
    Map<String, Object> members = new LinkedHashMap<>(shown);
    if (!secrets.isEmpty()) {
      members.put("client_secret", secrets.get(secrets.size() - 1).value());
    }
    return members;
  }

  /** @param value empty for one that is generated */
  synchronized Map<String, Object> addSecret(String value, String createdAt) {
    if (!hasSecrets()) {
      throw Problem.of(400, "a client of this method has no secret");
    }
    if (method.equals(CLIENT_SECRET_JWT)
        && !value.isEmpty()
        && value.getBytes(UTF_8).length < LEAST_KEY) {
      throw Problem.field("client_secret", "client_secret_jwt needs at least 32 bytes");
    }
    if (secrets.size() >= MOST_SECRETS) {
      throw Problem.of(409, "there are two secrets already; delete one");
    }
    ClientSecret secret = new ClientSecret(
        UUID.randomUUID().toString(), value.isEmpty() ? Randomness.secret() : value, createdAt);
    secrets.add(secret);
    Map<String, Object> members = secret.shown();
    members.put("client_secret", secret.value());
    return members;
  }

  synchronized void removeSecret(String secretId) {
    if (!secrets.removeIf(secret -> secret.id().equals(secretId))) {
      throw Problem.notFound();
    }
  }

  List<Map<String, Object>> shownSecrets() {
    return secrets.stream().map(ClientSecret::shown).toList();
  }

  List<String> secrets() {
    return secrets.stream().map(ClientSecret::value).toList();
  }

  ClientAuthenticationMethod method() {
    return method;
  }

  JWKSet keys() {
    return keys;
  }

  boolean hasGrantType(String grantType) {
    return grantTypes.contains(grantType);
  }

  boolean mayHave(RegisteredScope scope) {
    return scope.enabled() && (allScopes || scopes.contains(scope.id()));
  }

  /** Seconds. */
  int accessTokenDuration() {
    return accessTokenDuration;
  }

  boolean dpopBound() {
    return dpopBound;
  }

  boolean certificateBound() {
    return certificateBound;
  }

  boolean isSubject(X500Principal name) {
    return subject.filter(name::equals).isPresent();
  }

  Map<String, String> labels() {
    return labels;
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
}
