package io.oidcgrant.examples.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** Calls to the stand-in, as a client of it makes them. */
final class Calls {
  static final String PAT = "kpat_any";

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  record Got(HttpResponse<String> response) {
    int status() {
      return response.statusCode();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    String body() {
      return response.body();
    }

    Map<String, Object> json() {
      try {
        return JSONObjectUtils.parse(body());
      } catch (ParseException e) {
        throw new AssertionError(body(), e);
      }
    }

    String text(String member) {
      return String.valueOf(json().get(member));
    }
  }

  private Calls() {}

  static Got send(HttpRequest.Builder request) throws IOException {
    return send(HTTP, request);
  }

  static Got send(HttpClient client, HttpRequest.Builder request) throws IOException {
    try {
      return new Got(client.send(request.build(), BodyHandlers.ofString()));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static HttpRequest.Builder to(String url, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10));
    return headers.length == 0 ? request : request.headers(headers);
  }

  static Got get(String url, String... headers) throws IOException {
    return send(to(url, headers));
  }

  /** A management call. */
  static Got manage(String method, String url, String json) throws IOException {
    return send(to(url, "Authorization", "Bearer " + PAT, "Content-Type", "application/json")
        .method(method, BodyPublishers.ofString(json)));
  }

  /** A management call that creates; its answer. */
  static Map<String, Object> created(String url, String json) throws IOException {
    Got got = manage("POST", url, json);
    if (got.status() != 201) {
      throw new AssertionError(got.status() + " " + got.body());
    }
    return got.json();
  }

  static void hook(Identity identity, String serverId, String hook, String json)
      throws IOException {
    Got got = manage("POST", identity.url() + "/hooks/auth-servers/" + serverId + "/" + hook, json);
    if (got.status() != 204) {
      throw new AssertionError(got.status() + " " + got.body());
    }
  }

  static Got form(String url, Map<String, String> form, String... headers) throws IOException {
    return form(HTTP, url, form, headers);
  }

  static Got form(HttpClient client, String url, Map<String, String> form, String... headers)
      throws IOException {
    String body = form.entrySet().stream()
        .map(pair -> pair.getKey() + "=" + URLEncoder.encode(pair.getValue(), UTF_8))
        .collect(Collectors.joining("&"));
    return send(
        client,
        to(url, headers)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(body)));
  }

  /** The claims of a token, once a published key of the issuer verified it. */
  static JWTClaimsSet verified(String token, String jwksUri)
      throws IOException, ParseException, JOSEException {
    SignedJWT jwt = SignedJWT.parse(token);
    RSAKey key = (RSAKey)
        JWKSet.load(URI.create(jwksUri).toURL()).getKeyByKeyId(jwt.getHeader().getKeyID());
    if (key == null || !jwt.verify(new RSASSAVerifier(key))) {
      throw new AssertionError("no published key verifies the token");
    }
    return jwt.getJWTClaimsSet();
  }
}
