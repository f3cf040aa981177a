package io.oidcgrant.examples.identity;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** An authorization server of the stand-in, with what a test needs of it. */
record Server(Identity identity, Map<String, Object> shown) {
  static Server create(Identity identity, String name) throws IOException {
    return new Server(
        identity,
        Calls.created(
            identity.url() + "/v1/auth-servers",
            JSONObjectUtils.toJSONString(
                Map.of("name", name, "audience", "api", "labels", Map.of("env", "test")))));
  }

  String id() {
    return shown.get("id").toString();
  }

  String issuer() {
    return shown.get("issuer").toString();
  }

  String calls(String kind) {
    return identity.url() + "/v1/auth-servers/" + id() + "/" + kind;
  }

  /** The identifier of a new scope. */
  String scope(String name, boolean byDefault) throws IOException {
    return Calls.created(
            calls("scopes"),
            JSONObjectUtils.toJSONString(Map.of("name", name, "default", byDefault)))
        .get("id")
        .toString();
  }

  void claim(String name, Object value, Map<String, ?> more) throws IOException {
    Map<String, Object> members = new HashMap<>(Map.of("name", name, "value", value));
    members.put("include_in_token", true);
    members.putAll(more);
    Calls.created(calls("claims"), JSONObjectUtils.toJSONString(members));
  }

  /** A client that may have all scopes, and what it was created with. */
  Map<String, Object> client(String name, String method, Map<String, ?> more) throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", name);
    members.put("id", name);
    members.put("grant_types", TokenEndpoint.GRANT_TYPES.subList(0, 4));
    members.put("allow_all_scopes", true);
    members.put("token_endpoint_auth_method", method);
    members.putAll(more);
    return Calls.created(calls("clients"), JSONObjectUtils.toJSONString(members));
  }

  /** A client of {@code client_secret_post} with the secret {@code secret}. */
  void client(String name) throws IOException {
    client(name, "client_secret_post", Map.of("client_secret", "secret"));
  }

  void user(String username, String password) throws IOException {
    Calls.hook(
        identity,
        id(),
        "users",
        JSONObjectUtils.toJSONString(Map.of("username", username, "password", password)));
  }

  /** A token request of a client of {@link #client(String)}. */
  Calls.Got token(String client, Map<String, String> form, String... headers) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(form);
    all.put("client_id", client);
    all.put("client_secret", "secret");
    return Calls.form(issuer() + "/oauth/token", all, headers);
  }

  /** The verified claims of the access token in an answer. */
  JWTClaimsSet claims(Calls.Got got) throws Exception {
    if (got.status() != 200) {
      throw new AssertionError(got.status() + " " + got.body());
    }
    return Calls.verified(got.text("access_token"), shown.get("jwks_uri").toString());
  }
}
