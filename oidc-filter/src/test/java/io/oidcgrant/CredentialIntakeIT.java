package io.oidcgrant;

import static io.oidcgrant.testing.FilterBench.base64;
import static io.oidcgrant.testing.FilterBench.basic;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.testing.EchoApp.Seen;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer.Asked;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests carry a credential, which carry none, and what of either goes on. */
class CredentialIntakeIT {
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
  private static final String JSON = "Content-Type: application/json";
  private static final int LIMIT = 65_536;
  private static FilterBench bench;

  @BeforeAll
  static void start() {
    bench = FilterBench.start();
  }

  @AfterAll
  static void stop() {
    bench.close();
  }

  @BeforeEach
  void mark() {
    bench.mark();
  }

  @AfterEach
  void servesAgain() {
    bench.servesAgain();
  }

  private static Answer get(String target, String... headers) {
    return bench.http().get(target, headers);
  }

  private static Answer post(byte[] body, String... headers) {
    return bench.http().send("POST", "/p", body, headers);
  }

  private static Answer post(String body, String... headers) {
    return post(body.getBytes(UTF_8), headers);
  }

  private static void refused(Answer answer, int status, String error) {
    bench.refused(answer, status, error);
    assertThat(bench.asked()).as("token requests").isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-None: 1",
        "Authorization:",
        "Authorization: Bearer",
        "Authorization: Bearer canary",
        "Authorization: Bearer canary b",
        "Authorization: Bearer:canary",
        "Authorization: Bearer é",
        "Authorization: Digest username=canary",
        "Authorization: Basically Y2FuYXJ5OmI=",
        "Refresh-Token:",
        "Refresh.Token: canary",
        "RefreshToken: canary",
        "Cookie: refresh_token=canary"
      })
  void noCredential_isChallengedWithoutError(String header) {
    refused(get("/?x=1", header), 401, null);
    refused(get("/?username=canary&client_secret=canary&refresh_token=", header), 401, null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer",
        "bearer ",
        "Bearer \t\t\t\t\t\t\t\t\t\t",
        "Bearer canary b",
        "Bearer é",
        "canary b",
        "canaryé",
        "canary\tb"
      })
  void refreshTokenHeader_malformed_isInvalidRequest(String value) {
    refused(get("/", "Refresh-Token: " + value), 400, "invalid_request");
    refused(get("/", "refresh_token: " + value, basic("u", "canary")), 400, "invalid_request");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bEaReR ", "Bearer   ", ""})
  void refreshTokenHeader_schemeInAnyCase_isTaken(String scheme) {
    String token = "canary-" + scheme.length();
    assertThat(get("/", "Refresh-Token: " + scheme + token).status()).isEqualTo(200);
    assertThat(lastAsked().value("refresh_token")).isEqualTo(token);
    assertThat(bench.asked()).isEqualTo(1);
  }

  static final List<String> MALFORMED_BASIC = List.of(
      "Basic",
      "Basic ",
      "Basic \t",
      "Basic ::::",
      "Basic Y2FuYXJ5OmI=Y2FuYXJ5OmI=",
      "Basic Y2FuYXJ5OmI= x",
      "Basic " + base64("canary"),
      "Basic " + base64(":canary"),
      "Basic " + base64("canary:"),
      "Basic " + base64(":"),
      "Basic " + base64("can\0ary:b"),
      "Basic " + base64("u:canary\r\nX: y"),
      "Basic " + base64("u:canary\u0085"),
      "Basic /////w==",
      "Basic dTr/",
      "bASIC ?");

  @ParameterizedTest
  @FieldSource("MALFORMED_BASIC")
  void basicHeader_malformed_isChallengedWithoutError(String value) {
    refused(get("/", "Authorization: " + value), 401, null);
  }

  @Test
  void basicHeader_tooLong_isRefusedByTheContainer() {
    Answer answer = get("/", basic("u", "canary".repeat(3_400)));
    assertThat(answer.status()).isIn(400, 431);
    assertThat(bench.asked()).isZero();
    assertThat(bench.seen()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"header", "query", "form", "json"})
  void username_thatLooksLikeParameters_staysOneValue(String location) {
    String user = location + "&grant_type=client_credentials&scope=admin";
    String encoded = user.replace("&", "%26").replace("=", "%3D");
    Answer answer = switch (location) {
      case "header" -> get("/", basic(user, "canary&scope=b"));
      case "query" -> get("/?username=" + encoded + "&password=canary%26scope%3Db");
      case "form" -> post("username=" + encoded + "&password=canary%26scope%3db", FORM);
      default -> post("{\"username\":\"" + user + "\",\"password\":\"canary&scope=b\"}", JSON);
    };
    assertThat(answer.status()).isEqualTo(200);
    Asked asked = lastAsked();
    assertThat(asked.form().get("grant_type")).containsExactly("password");
    assertThat(asked.form().get("scope")).containsExactly("openid");
    assertThat(asked.form().get("username")).containsExactly(user);
    assertThat(asked.form().get("password")).containsExactly("canary&scope=b");
    bench.nothingSecret(answer);
  }

  /** What is sent (target, body, headers), and what is left of target and body. */
  record Sent(
      String name,
      String target,
      String body,
      List<String> headers,
      String query,
      String restOfBody) {
    @Override
    public String toString() {
      return name;
    }
  }

  static final List<Sent> EVERYWHERE = List.of(
      new Sent(
          "refresh token, header",
          "/p?a=%7E",
          "x=1",
          List.of(FORM, "Refresh-Token: canary"),
          "a=%7E",
          "x=1"),
      new Sent(
          "refresh token, query",
          "/p?a=%7E&refresh_token=canary&b=+",
          "x=%",
          List.of(FORM),
          "a=%7E&b=+",
          "x=%"),
      new Sent(
          "refresh token, query with a coded name",
          "/p?refresh%5Ftoken=canary&&b",
          "x=%",
          List.of(FORM),
          "&b",
          "x=%"),
      new Sent(
          "refresh token, form",
          "/p?a",
          "&=&refresh_token=canary&x=%zz&",
          List.of(FORM),
          "a",
          "&=&x=%zz&"),
      new Sent(
          "refresh token, JSON",
          "/p",
          "{\"a\":1.0 ,\"refresh_token\" : \"canary\"\n}",
          List.of(JSON),
          null,
          "{\"a\":1.0\n}"),
      new Sent(
          "refresh token, JSON alone",
          "/p",
          " {\"refresh_token\":\"can\\u0061ry\"} ",
          List.of(JSON),
          null,
          " {} "),
      new Sent("password, header", "/p?", "{}", List.of(JSON, basic("u", "canary")), "", "{}"),
      new Sent("password, query", "/p?username=u&password=canary", "", List.of(), null, ""),
      new Sent(
          "password, form",
          "/p",
          "password=canary&username=u&z=%C3%a4",
          List.of(FORM),
          null,
          "z=%C3%a4"),
      new Sent(
          "password, JSON",
          "/p",
          "{\"password\":\"canary\",\"k\":[{\"password\":1}],\"username\":\"u\"}",
          List.of(JSON),
          null,
          "{\"k\":[{\"password\":1}]}"),
      new Sent(
          "client, query", "/p?client_id=c&a=&client_secret=canary", "x", List.of(), "a=", "x"),
      new Sent("client, form", "/p", "client_id=c&client_secret=canary", List.of(FORM), null, ""),
      new Sent(
          "client, JSON",
          "/p",
          "{\"client_id\":\"c\",\"client_secret\":\"canary\",\"y\":\"\u00e4\"}",
          List.of(JSON),
          null,
          "{\"y\":\"\u00e4\"}"));

  @ParameterizedTest
  @FieldSource("EVERYWHERE")
  void credential_inAnyLocation_isHiddenAndTheRestUntouched(Sent sent) {
    for (boolean chunked : new boolean[] {false, true}) {
      String[] headers =
          Stream.concat(sent.headers().stream(), Stream.of("X-Kept: 1")).toArray(String[]::new);
      byte[] body = sent.body().getBytes(UTF_8);
      Answer answer = chunked
          ? bench.http().chunked("POST", sent.target(), body, headers)
          : bench.http().send("POST", sent.target(), body, headers);
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      Seen seen = bench.app().last();
      String rest = new String(sent.restOfBody().getBytes(UTF_8), ISO_8859_1);
      assertThat(seen.query()).isEqualTo(sent.query());
      assertThat(seen.body()).isEqualTo(rest);
      if (seen.headers().containsKey("content-length")) {
        assertThat(seen.header("content-length")).isEqualTo(Integer.toString(rest.length()));
        assertThat(seen.headers()).doesNotContainKey("transfer-encoding");
      }
      assertThat(seen.header("authorization")).startsWith("Bearer ey");
      assertThat(seen.header("refresh-token")).startsWith("rt-");
      assertThat(seen.header("x-kept")).isEqualTo("1");
      assertThat(seen.toString()).doesNotContain("canary").doesNotContain("Y2FuYXJ5");
      boolean inQuery = sent.target().contains("canary");
      assertThat(answer.header("cache-control"))
          .isEqualTo(inQuery ? "private" : "public, max-age=60");
      bench.nothingSecret(answer);
    }
  }

  @Test
  void managedHeaders_namedInConnectionOrForged_areOurs() {
    Answer answer = get(
        "/",
        basic("managed", "canary"),
        "Connection: close, X-Other, authorization, REFRESH-TOKEN, Refresh_Token, refresh.token",
        "Authorization: Bearer forged",
        "refresh.token: forged",
        "Refresh.Token: forged",
        "X-Other: 1");
    assertThat(answer.status()).isEqualTo(200);
    Seen seen = bench.app().last();
    assertThat(seen.toString()).doesNotContain("forged");
    assertThat(seen.headers().get("authorization")).hasSize(1);
    assertThat(seen.headers().get("refresh-token")).hasSize(1);
    assertThat(seen.header("authorization")).startsWith("Bearer ey");
    assertThat(seen.header("refresh-token")).startsWith("rt-");
    assertThat(seen.headers().get("connection")).containsExactly("close, X-Other", "close");
    assertThat(seen.headers().keySet())
        .noneMatch(name -> name.equals("refresh_token") || name.equals("refresh.token"));
    for (String name : List.of("authorization", "AUTHORIZATION", "Refresh-Token")) {
      assertThat(seen.first().get(name.toLowerCase(Locale.ROOT)))
          .isEqualTo(seen.headers().get(name.toLowerCase(Locale.ROOT)).get(0));
    }
  }

  @Test
  void managedHeader_thatTheTokensLack_isAbsent() {
    bench
        .issuer()
        .answer(asked -> Reply.json(
            200, bench.issuer().tokens(Collections.singletonMap("refresh_token", null))));
    Answer answer =
        get("/", basic("lacking", "canary"), "refresh.token: forged", "Connection: close");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(bench.app().last().headers()).doesNotContainKeys("refresh-token", "refresh.token");
  }

  static Stream<Arguments> bodiesWithoutCredential() throws IOException {
    return Stream.of(
        body("JSON null", "null", JSON, 401),
        body("JSON array", "[]", JSON, 401),
        body("JSON text", "\"refresh_token\"", JSON, 401),
        body("JSON, member null", "{\"refresh_token\":null}", JSON, 401),
        body("JSON, nested", "{\"a\":{\"refresh_token\":\"canary\"}}", JSON, 401),
        body("JSON, cut off", "{\"refresh_token\":\"canary\"", JSON, 401),
        body("JSON, two values", "{\"refresh_token\":\"canary\"}{}", JSON, 401),
        body("JSON, deep", ("{\"a\":" + "[".repeat(30_000)), JSON, 401),
        Arguments.of(
            "JSON, bad UTF-8",
            "{\"refresh_token\":\"canary\u00ff\"}".getBytes(ISO_8859_1),
            JSON,
            401),
        Arguments.of(
            "JSON in UTF-16", "{\"refresh_token\":\"canary\"}".getBytes(UTF_16LE), JSON, 401),
        Arguments.of(
            "JSON in UTF-32",
            "{\"refresh_token\":\"canary\"}".getBytes(Charset.forName("UTF-32BE")),
            JSON,
            401),
        body("JSON, empty text", "{\"refresh_token\":\"\"}", JSON, 401),
        body("JSON, member object", "{\"refresh_token\":{}}", JSON, 400),
        body("JSON, member number", "{\"refresh_token\":1}", JSON, 400),
        body(
            "JSON, member twice",
            "{\"refresh_token\":\"canary\",\"refresh_token\":\"canary\"}",
            JSON,
            400),
        body("JSON, control character", "{\"refresh_token\":\"canary\\r\\n\"}", JSON, 400),
        Arguments.of("form, empty", new byte[0], FORM, 401),
        body("form, one part", "username=canary", FORM, 401),
        body("form, bad coding elsewhere", "a=%zz&b=%", FORM, 401),
        body("form, bad coding", "refresh_token=canary%zz", FORM, 400),
        body("form, bad UTF-8", "refresh_token=canary%ff", FORM, 400),
        body("form, NUL", "refresh_token=canary%00", FORM, 400),
        body("form, twice", "refresh_token=canary&refresh%5ftoken=canary", FORM, 400),
        body("form in UTF-16", "refresh_token=canary", FORM + ";charset=utf-16", 401),
        Arguments.of(
            "form, compressed",
            gzip("refresh_token=canary"),
            FORM + "\r\nContent-Encoding: gzip",
            401),
        body("text", "refresh_token=canary", "Content-Type: text/plain", 401),
        body("no type", "refresh_token=canary", "X: y", 401),
        body(
            "multipart",
            "--b\r\nContent-Disposition: form-data; name=\"refresh_token\"\r\n\r\ncanary\r\n--b--\r\n",
            "Content-Type: multipart/form-data; boundary=b",
            401),
        body("form, one byte too long", ("x=" + "a".repeat(LIMIT - 1)), FORM, 413),
        body(
            "JSON, one byte too long",
            ("{\"refresh_token\":\"" + "a".repeat(LIMIT - 19) + "\"}"),
            JSON,
            413),
        body("form, at the limit", ("x=" + "a".repeat(LIMIT - 2)), FORM, 401));
  }

  private static Arguments body(String name, String body, String type, int status) {
    return Arguments.of(name, body.getBytes(UTF_8), type, status);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zipped = new GZIPOutputStream(bytes)) {
      zipped.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bodiesWithoutCredential")
  void body_withoutUsableCredential_isRefused(String name, byte[] body, String type, int status) {
    String error = status == 400 ? "invalid_request" : null;
    refused(post(body, type), status, error);
    refused(bench.http().chunked("PUT", "/p", body, type), status, error);
    if (status != 413) {
      refused(bench.http().send("DELETE", "/p", body, type), status, error);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD"})
  void body_ofGetOrHead_isNotSearched(String method) {
    Answer answer = bench.http().send(method, "/p", "refresh_token=canary".getBytes(UTF_8), FORM);
    assertThat(answer.status()).isEqualTo(401);
    assertThat(bench.asked()).isZero();
    assertThat(bench.seen()).isZero();
    bench.nothingSecret(answer);
  }

  @Test
  void body_announcedTooLong_isRefusedBeforeItComes() {
    Answer answer = bench
        .http()
        .raw("POST /p HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + FORM
            + "\r\nContent-Length: 1000000000\r\n\r\n");
    refused(answer, 413, null);
  }

  @Test
  void body_atTheLimit_isSearched() {
    String body = "refresh_token=canary-limit&x=";
    body += "a".repeat(LIMIT - body.length());
    assertThat(post(body, FORM).status()).isEqualTo(200);
    assertThat(bench.app().last().body()).hasSize(LIMIT - "refresh_token=canary-limit&".length());
  }

  static final List<List<String>> AMBIGUOUS = List.of(
      List.of("/?refresh_token=canary2", "Refresh-Token: canary"),
      List.of("/?refresh_token=canary&refresh_token=canary", "X: y"),
      List.of("/?refresh_token=canary&refresh%5Ftoken=", "X: y"),
      List.of("/", "Refresh-Token: canary", "refresh_token: canary"),
      List.of("/", "Refresh-Token: canary", "Refresh-Token: canary2"),
      List.of("/", basic("u", "canary"), basic("u", "canary")),
      List.of("/?username=u&password=canary2", basic("u", "canary")),
      List.of("/?username=u&username=v&password=canary", "X: y"),
      List.of("/?client_id=c&client_secret=canary&client_secret=canary", "X: y"),
      List.of("/?refresh_token=canary%0d%0aX:", "X: y"));

  @ParameterizedTest
  @FieldSource("AMBIGUOUS")
  void credential_thereTwice_isInvalidRequest(List<String> request) {
    Answer answer = get(request.get(0), request.subList(1, request.size()).toArray(String[]::new));
    refused(answer, 400, "invalid_request");
  }

  private static Asked lastAsked() {
    List<Asked> asked = bench.issuer().asked();
    return asked.get(asked.size() - 1);
  }
}
