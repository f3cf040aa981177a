package io.oidcgrant.examples.identity;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever comes, it is answered, and the stand-in is well. */
@Timeout(120)
class HostileIT {
  private static final String GOOD =
      "grant_type=client_credentials&client_id=app&client_secret=secret";
  private static final String DEEP = "[".repeat(15_000) + "]".repeat(15_000);

  private static Identity identity;
  private static Server server;

  @BeforeAll
  static void start() throws Exception {
    identity = Identity.start();
    server = Server.create(identity, "hostile");
    server.client("app");
    server.client("keys", "client_secret_jwt", Map.of());
  }

  @AfterAll
  static void stop() {
    identity.close();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  private static String jwt(String header, String payload) {
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    return encoder.encodeToString(header.getBytes(UTF_8)) + "."
        + encoder.encodeToString(payload.getBytes(UTF_8)) + ".AAAA";
  }

  private static Calls.Got post(String endpoint, byte[] body, String... headers) throws Exception {
    return Calls.send(Calls.to(server.issuer() + endpoint, headers)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofByteArray(body)));
  }

  static List<String> badForms() {
    String assertion = "grant_type=client_credentials&client_assertion_type="
        + encoded("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") + "&client_assertion=";
    String exchange = "grant_type=" + encoded("urn:ietf:params:oauth:grant-type:token-exchange")
        + "&client_id=app&client_secret=secret&subject_token_type="
        + encoded("urn:ietf:params:oauth:token-type:access_token") + "&subject_token=";
    return List.of(
        GOOD + "&authorization_details=" + DEEP,
        GOOD + "&authorization_details=1",
        GOOD + "&resource=relative",
        GOOD + "&resource=" + encoded("http://a/#b"),
        GOOD + "&grant_type=password",
        GOOD + "&scope=%22%5C%00",
        assertion,
        assertion + jwt(DEEP, "{}"),
        assertion + jwt("{\"alg\":\"HS256\"}", DEEP),
        assertion + jwt("{\"alg\":\"HS256\"}", "{\"sub\":\"keys\",\"iss\":\"keys\",\"aud\":1}"),
        assertion
            + jwt("{\"alg\":\"HS256\",\"crit\":[\"x\"]}", "{\"sub\":\"keys\",\"iss\":\"keys\"}"),
        assertion + jwt("{\"alg\":\"none\"}", "{\"sub\":\"keys\",\"iss\":\"keys\"}"),
        assertion + jwt("{\"alg\":\"EdDSA\"}", "{\"sub\":\"keys\",\"iss\":\"keys\"}"),
        exchange,
        exchange.replace("=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type", "=%E2%82%AC") + "x",
        exchange + jwt("{\"alg\":\"RS256\"}", DEEP),
        exchange + jwt("{\"alg\":\"RS256\"}", "{\"iss\":{},\"exp\":\"x\"}"),
        exchange + jwt("{\"alg\":\"EdDSA\"}", "{\"iss\":\"x\"}"),
        exchange + jwt("{\"alg\":\"none\"}", "{\"iss\":\"x\"}"),
        "=&=&&&%",
        "\u0000",
        "&".repeat(60_000),
        "a=b&".repeat(15_000));
  }

  @ParameterizedTest
  @MethodSource("badForms")
  void badForm_isRefused(String form) throws Exception {
    Calls.Got got = post("/oauth/token", form.getBytes(UTF_8));
    assertThat(got.status()).as(got.body()).isIn(400, 401);
    assertThat(got.json()).containsKeys("error", "error_description");
  }

  @Test
  void badProof_isRefused() throws Exception {
    for (String proof : List.of(
        jwt("{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{}}", "{}"),
        jwt(
            "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}}",
            "{}"),
        jwt("{\"typ\":\"dpop+jwt\",\"alg\":\"HS256\"}", "{}"),
        jwt("{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\"}", "{\"nonce\":1}"),
        jwt("[".repeat(3000), "{}"),
        "x".repeat(8000))) {
      Calls.Got got = post("/oauth/token", GOOD.getBytes(UTF_8), "DPoP", proof);
      assertThat(got.status()).as(got.body()).isEqualTo(400);
      assertThat(got.text("error")).isEqualTo("invalid_dpop_proof");
    }
  }

  @Test
  void deepValue_isRefused() throws Exception {
    String keys = "{\"issuer\":\"x\",\"jwks\":{\"keys\":" + DEEP + "}}";
    String hook = identity.url() + "/hooks/auth-servers/" + server.id() + "/trusted-issuers";
    assertThat(Calls.manage("POST", hook, keys).status()).isEqualTo(400);
  }

  @Test
  void garbledRequests_areAnsweredAndNeverAFaultOfItsOwn() throws Exception {
    Random random = new Random(7);
    List<String> endpoints = List.of("/oauth/token", "/introspect", "/revoke", "/userinfo");
    List<String> forms = new ArrayList<>(badForms());
    forms.removeIf(form -> form.length() > 1000);
    forms.add(GOOD);
    forms.add(GOOD + "&token=x");
    for (int i = 0; i < 500; i++) {
      byte[] body = forms.get(random.nextInt(forms.size())).getBytes(UTF_8);
      for (int n = random.nextInt(4); n > 0 && body.length > 0; n--) {
        body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      }
      Calls.Got got = post(endpoints.get(random.nextInt(endpoints.size())), body);
      assertThat(got.status()).as(new String(body, ISO_8859_1)).isIn(200, 400, 401);
    }
    assertThat(post("/oauth/token", GOOD.getBytes(UTF_8)).status()).isEqualTo(200);
  }
}
