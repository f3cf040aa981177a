package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import io.oidcgrant.config.IssuerKeys;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.RawServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.Signature;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Access tokens that are meant to deceive or to hurt: refused at once, and nobody is asked. */
@Timeout(10)
class TokenAttacksIT {
  private static FilterBench bench;
  private static RawServer silent;
  private static RSAKey key;
  private static ECKey curve;
  private static RSAKey own;

  @BeforeAll
  static void start() throws Exception {
    silent = RawServer.start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    bench = FilterBench.start(config -> config
        .authMethods("bearer")
        .audienceRequired("api")
        .issuerJwks(List.of(new IssuerKeys("https://idp.example", silent.uri("/keys"))))
        .credentialBodyLimit(16 * 1024 * 1024));
    key = bench.issuer().key();
    curve = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    own = new RSAKeyGenerator(2048).keyID("own").generate();
    bench.issuer().publish(new JWKSet(List.of(key.toPublicJWK(), curve.toPublicJWK())));
  }

  @AfterAll
  static void stop() throws IOException {
    bench.close();
    silent.close();
  }

  private static long now() {
    return bench.clock().instant().getEpochSecond();
  }

  private static String header(String more) {
    return "{\"alg\":\"RS256\",\"kid\":\"" + key.getKeyID() + "\"" + more + "}";
  }

  /** Good claims, with {@code more} at the end. */
  private static String payload(String more) {
    return "{\"iss\":\"" + bench.issuer().url() + "\",\"aud\":\"api\",\"exp\":" + (now() + 300)
        + ",\"jti\":\"" + System.nanoTime() + "\"" + more + "}";
  }

  /** Good claims but for this one. */
  private static String payloadWith(String claim, String literal) {
    String all = payload("");
    String name = "\"" + claim + "\":";
    return all.contains(name)
        ? all.replaceFirst(name + "(\"[^\"]*\"|\\d+)", name + literal.replace("\\", "\\\\"))
        : payload("," + name + literal);
  }

  private static String signed(String header, String payload, RSAKey with) {
    String input = Base64URL.encode(header) + "." + Base64URL.encode(payload);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(with.toPrivateKey());
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + Base64URL.encode(signature.sign());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static String signed(String payload) {
    return signed(header(""), payload, key);
  }

  private static Answer send(String token) {
    bench.mark();
    return bench
        .http()
        .send(
            "POST",
            "/a",
            ("access_token=" + token).getBytes(StandardCharsets.UTF_8),
            "Content-Type: application/x-www-form-urlencoded");
  }

  private static void refused(String token) {
    bench.refused(send(token), 401, "invalid_token");
    assertThat(silent.requests()).isLessThanOrEqualTo(1);
  }

  private static void passes(String token) {
    Answer answer = send(token);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  @Test
  void whatTheRestIsMadeOf_isGood() {
    passes(signed(payload("")));
    passes(signed(header(",\"typ\":\"at+jwt\""), payload(",\"nbf\":0,\"iat\":1.5"), key));
    passes(signed(payloadWith("exp", (now() + 60) + ".5")));
    passes(signed(payloadWith("aud", "[\"other\",\"api\"]")));
    passes(signed("{\"alg\":\"RS256\"}", payload(""), key));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"9999999999\"",
        "null",
        "[]",
        "[9999999999]",
        "{}",
        "true",
        "\"\"",
        "-1",
        "1e400",
        "1e300",
        "253402300800",
        "9223372036854775808",
        "-0.5"
      })
  void times_ofAnotherForm_areRefused(String literal) {
    for (String claim : List.of("exp", "nbf", "iat")) {
      refused(signed(payloadWith(claim, literal)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "0x7fffffff", "NaN", "Infinity", "+9999999999"})
  void ends_thatAreNone_areRefused(String literal) {
    refused(signed(payloadWith("exp", literal)));
  }

  static Stream<String> issuers() {
    String url = bench.issuer().url();
    return Stream.of(
        "null",
        "1",
        "true",
        "[\"" + url + "\"]",
        "{\"" + url + "\":1}",
        "\"\"",
        "\"" + url + "/\"",
        "\" " + url + "\"",
        "\"" + url + "\\u0000\"",
        "\"" + url.replace("http", "HTTP") + "\"",
        "\"" + url + "#\"",
        "\"https://idp.example\"",
        "\"https://idp.example/\"");
  }

  @ParameterizedTest
  @MethodSource("issuers")
  void issuer_ofAnotherForm_isRefused(String literal) {
    Answer answer = send(signed(payloadWith("iss", literal)));

    // Of that one the keys cannot be had.
    boolean tied = literal.equals("\"https://idp.example\"");
    bench.refused(answer, tied ? 503 : 401, tied ? null : "invalid_token");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "1",
        "true",
        "{}",
        "{\"api\":1}",
        "[]",
        "[null]",
        "[1,true,{}]",
        "[[\"api\"]]",
        "\"\"",
        "\"API\"",
        "\"apis\"",
        "\"ap\"",
        "\"x,api\"",
        "\"api\\u0000\"",
        "\"api/\"",
        "[\"Api\"]"
      })
  void audience_ofAnotherForm_isForbidden(String literal) {
    bench.refused(send(signed(payloadWith("aud", literal))), 403, "insufficient_scope");
  }

  @Test
  void membersThatAreThereTwice_areRefused() {
    for (String more : List.of(
        ",\"iss\":\"https://idp.example\"",
        ",\"exp\":9999999999",
        ",\"aud\":\"api\"",
        ",\"\\u0061ud\":\"api\"")) {
      refused(signed(payload(more)));
    }
    refused(signed(header(",\"alg\":\"none\""), payload(""), key));
    refused(signed(header(",\"kid\":\"own\""), payload(""), key));
    refused(signed(header(",\"x\":1,\"x\":2"), payload(""), key));
  }

  static Stream<String> payloads() {
    return Stream.of(
        "",
        " ",
        "null",
        "1",
        "\"x\"",
        "[]",
        "{",
        "}",
        "{}{}",
        payload("") + "x",
        payload("") + "]",
        payload("").replace('"', '\''),
        payload(",\"x\":\"" + "\\ud800" + "\",}"),
        payload(",\"x\":/*c*/1"),
        payload(",x:1"),
        payload(",\"x\":" + "[".repeat(100_000)),
        payload(",\"x\":" + "[".repeat(100_000) + "]".repeat(100_000)),
        payload(",\"x\":" + "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000)),
        "[".repeat(100_000));
  }

  @ParameterizedTest
  @MethodSource("payloads")
  void payload_thatIsNoJsonObject_isRefused(String payload) {
    refused(signed(payload));
  }

  static Stream<String> headers() {
    return Stream.of(
        "{}",
        "[]",
        "null",
        "{\"alg\":null}",
        "{\"alg\":1}",
        "{\"alg\":\"\"}",
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\"}",
        "{\"alg\":\"nOnE\"}",
        "{\"alg\":\"rs256\"}",
        "{\"alg\":[\"RS256\"]}",
        "{\"alg\":\"RS256\\u0000\"}",
        "{\"alg\":\"RS384\"}",
        "{\"alg\":\"PS256\"}",
        "{\"alg\":\"HS256\"}",
        "{\"alg\":\"ES256\"}",
        "{\"alg\":\"EdDSA\"}",
        "{\"alg\":\"RSA-OAEP-256\"}",
        "{\"alg\":\"RS256\",\"enc\":\"A128GCM\"}",
        "{\"alg\":\"RS256\",\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
  }

  @ParameterizedTest
  @MethodSource("headers")
  void header_ofAnotherAlgorithm_isRefused(String header) {
    refused(signed(header, payload(""), key));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "[\"exp\"]",
        "[\"x\"]",
        "[\"x\"],\"x\":1",
        "[\"b64\"],\"b64\":false",
        "[\"b64\"],\"b64\":true",
        "[\"alg\"]",
        "[\"exp\",\"exp\"],\"exp\":1",
        "\"exp\"",
        "1",
        "{}",
        "[1]",
        "[null]",
        "[\"\"]"
      })
  void criticalParameters_areRefused(String crit) {
    refused(signed(header(",\"crit\":" + crit), payload(""), key));
  }

  @Test
  void payloadThatIsNotEncoded_isRefused() {
    refused(signed(header(",\"b64\":false"), payload(""), key));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"dpop+jwt", "logout+jwt", "token-introspection+jwt", "secevent+jwt", "JWE", "id"})
  void otherTypes_areRefused(String type) {
    refused(signed(header(",\"typ\":\"" + type + "\""), payload(""), key));
  }

  @Test
  void keysThatTheTokenBringsAlong_areNotUsed_andNobodyIsAsked() throws Exception {
    String url = silent.uri("/more").toString();
    int before = silent.requests();
    for (String more : List.of(
        ",\"jku\":\"" + url + "\"",
        ",\"x5u\":\"" + url + "\"",
        ",\"jwk\":" + own.toPublicJWK().toJSONString(),
        ",\"x5c\":[\"" + com.nimbusds.jose.util.Base64.encode(own.toPublicKey().getEncoded())
            + "\"]",
        ",\"jku\":\"" + url + "\",\"x5u\":\"" + url + "\",\"jwk\":"
            + own.toPublicJWK().toJSONString())) {
      refused(signed(header(more), payload(""), own));
      refused(signed("{\"alg\":\"RS256\",\"kid\":\"own\"" + more + "}", payload(""), own));
      refused(signed("{\"alg\":\"RS256\"" + more + "}", payload(""), own));
    }
    for (String kid : List.of(
        url,
        "../../../../dev/null",
        "' OR 1=1 --",
        "${jndi:ldap://127.0.0.1/x}",
        "k\\r\\nx: y",
        "k".repeat(100_000))) {
      refused(signed("{\"alg\":\"RS256\",\"kid\":\"" + kid + "\"}", payload(""), own));
    }
    refused(signed("{\"alg\":\"RS256\",\"kid\":1}", payload(""), key));
    refused(signed("{\"alg\":\"RS256\",\"kid\":[\"" + key.getKeyID() + "\"]}", payload(""), key));
    assertThat(silent.requests()).isEqualTo(before);
    assertThat(bench.log().lines()).allMatch(line -> line.length() < 2000 && !line.contains("\r"));
  }

  /** The same octets with other spare bits. */
  private static String respelled(String base64) {
    int last = base64.length() - 1;
    String other = base64.substring(0, last) + (char) (base64.charAt(last) + 1);
    assertThat(new Base64URL(other).decode()).isEqualTo(new Base64URL(base64).decode());
    return other;
  }

  @Test
  void otherSegments_areRefused() {
    String token = signed(payload(""));
    String head = token.substring(0, token.indexOf('.'));
    String input = token.substring(0, token.lastIndexOf('.'));
    String signature = token.substring(token.lastIndexOf('.') + 1);
    String other = signed(payload(",\"x\":1"));
    for (String changed : List.of(
        head,
        input,
        input + ".",
        token + ".",
        token + "." + signature,
        "." + token,
        token + "..",
        "..",
        ".",
        input + ".." + signature,
        head + ".." + signature,
        input + "." + signature.substring(1),
        input + "." + signature.substring(0, 200),
        input + "." + respelled(signature),
        input + "." + signature + "A",
        input + "." + signature + "AAAA",
        input + "." + "A".repeat(342),
        input + "." + "A".repeat(1_000_000),
        input + other.substring(other.lastIndexOf('.')),
        input + "." + signature + "%3D%3D",
        token + "%20",
        "%20" + token,
        token + "%0A",
        input + "." + signature.substring(0, 20) + "%20" + signature.substring(20),
        token.replaceFirst("\\.", "%2E%2E"))) {
      Answer answer = send(changed);
      assertThat(answer.status()).as(changed).isIn(400, 401);
      bench.refused(
          answer, answer.status(), answer.status() == 400 ? "invalid_request" : "invalid_token");
    }
    passes(token);
  }

  @Test
  void largeTokens_areDecidedAtOnce() {
    passes(signed(payload(",\"x\":\"" + "x".repeat(1_000_000) + "\"")));
    String audiences = "\"a\",".repeat(100_000);
    passes(signed(payloadWith("aud", "[" + audiences + "\"api\"]")));
    bench.refused(
        send(signed(payloadWith("aud", "[" + audiences + "\"ap\"]"))), 403, "insufficient_scope");
    String input = Base64URL.encode("{\"alg\":\"ES256\",\"kid\":\"ec\"}") + "."
        + Base64URL.encode(payload("")) + ".";
    for (int length : new int[] {1, 63, 64, 65, 16 * 1024}) {
      refused(input + Base64URL.encode(new byte[length]));
    }
    refused(Base64URL.encode("x".repeat(1_000_000)) + ".e30.e30");
    refused(".".repeat(1_000_000));
    refused("a.".repeat(500_000));
    passes(signed(payload("")));
  }

  @Test
  void tokenWithoutItsParts_isRefused() {
    for (String claim : List.of("iss", "exp")) {
      refused(signed(payload("").replaceFirst("\"" + claim + "\":(\"[^\"]*\"|\\d+),", "")));
    }
  }
}
