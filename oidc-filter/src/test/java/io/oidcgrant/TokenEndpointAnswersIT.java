package io.oidcgrant;

import static io.oidcgrant.testing.FilterBench.basic;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the token endpoint may answer, and what callers and the application see of it. */
class TokenEndpointAnswersIT {
  private static FilterBench bench;
  private static int callers;

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
    callers++;
  }

  @AfterEach
  void servesAgain() {
    bench.servesAgain();
  }

  private static Answer user() {
    return bench.http().get("/", basic("user" + callers, "canary"));
  }

  /** A good answer with one member as this text, which need not be JSON that means anything. */
  private static String with(String member, String json) {
    String rest = bench.issuer().tokens(Collections.singletonMap(member, null));
    return json.isEmpty() ? rest : "{\"" + member + "\":" + json + "," + rest.substring(1);
  }

  private static void answer(String body) {
    bench.issuer().answer(Reply.json(200, body));
  }

  private static void unusable(Answer answer) {
    bench.refused(answer, 502, null);
    assertThat(bench.asked()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bearer", "BEARER", "bEaReR"})
  void tokenType_inAnyCase_isBearer(String type) {
    answer(with("token_type", '"' + type + '"'));
    assertThat(user().status()).isEqualTo(200);
    assertThat(bench.app().last().header("authorization")).startsWith("Bearer ey");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"mac\"", "\"N_A\"", "\"DPoP\"", "\"\"", "1", "null", ""})
  void tokenType_thatIsNotBearer_isUnusable(String json) {
    answer(with("token_type", json));
    unusable(user());
  }

  @Test
  void unknownMembers_areIgnored() {
    Map<String, Object> more = new HashMap<>();
    more.put("not-before-policy", 0);
    more.put("refresh_expires_in", 0);
    more.put("session_state", "canary");
    more.put("x", List.of(Map.of("y", 1)));
    answer(bench.issuer().tokens(more));
    assertThat(user().status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "null, true",
    "0, false",
    "-1, false",
    "\"300\", true",
    "\"-1\", false",
    "\"\", false",
    "\"soon\", false",
    "0.5, false",
    "1.5, true",
    "1e18, true",
    "-9e18, false",
    "1e300, true",
    "99999999999999999999999999999999999999999999, true",
    "true, false",
    "[], false"
  })
  void expiresIn_ofAnyKind_decidesWhetherTokensAreRemembered(String json, boolean remembered) {
    answer(with("expires_in", json));
    assertThat(user().status()).isEqualTo(200);
    Answer second = user();
    assertThat(second.status()).isEqualTo(200);
    assertThat(bench.asked()).isEqualTo(remembered ? 1 : 2);
    bench.nothingSecret(second);
  }

  @ParameterizedTest
  @CsvSource({
    // status, error, user, refresh token, caller's client
    "400, invalid_grant, 401, 401, 401",
    "401, invalid_grant, 401, 401, 401",
    "200, invalid_grant, 401, 401, 401",
    "400, interaction_required, 401, 401, 401",
    "401, invalid_client, 503, 503, 401",
    "400, invalid_client, 503, 503, 401",
    "401, unauthorized_client, 503, 503, 401",
    "400, unauthorized_client, 503, 503, 401",
    "400, invalid_scope, 503, 503, 503",
    "400, unsupported_grant_type, 503, 503, 503",
    "400, invalid_request, 503, 503, 503",
    "400, invalid_target, 503, 503, 503",
    "400, temporarily_unavailable, 503, 503, 503",
    "400, server_error, 503, 503, 503",
    "400, slow_down, 503, 503, 503",
    "500, server_error, 503, 503, 503",
    "500, invalid_grant, 503, 503, 503",
    "502, '', 503, 503, 503",
    "401, '', 503, 503, 401",
    "403, '', 503, 503, 503",
    "403, access_denied, 503, 503, 503",
    "403, invalid_grant, 401, 401, 401",
    "400, whatever, 502, 502, 502",
    "400, '', 502, 502, 502",
    "404, '', 503, 503, 503",
    "404, Realm does not exist, 503, 503, 503",
    "405, '', 503, 503, 503",
    "415, '', 503, 503, 503",
    "201, '', 502, 502, 502",
    "204, '', 502, 502, 502",
    "418, '', 502, 502, 502"
  })
  void refusal_isOfWhoeverIsAtFault(
      int status, String error, int user, int refreshToken, int client) {
    bench
        .issuer()
        .answer(error.isEmpty() ? new Reply(status, Map.of(), "") : Reply.error(status, error));
    int operators = operatorErrors();
    refused(user(), user);
    refused(bench.http().get("/", "Refresh-Token: canary" + callers), refreshToken);
    refused(bench.http().get("/?client_id=c" + callers + "&client_secret=canary"), client);
    assertThat(bench.asked()).isEqualTo(3);
    boolean operator = user == 503 && status < 500 && !transientError(error);
    assertThat(operatorErrors() > operators).as("an ERROR for the operator").isEqualTo(operator);
  }

  private static boolean transientError(String error) {
    return List.of("temporarily_unavailable", "server_error", "slow_down").contains(error);
  }

  private static void refused(Answer answer, int status) {
    bench.refused(answer, status, status == 401 ? "invalid_token" : null);
    if (status == 503) {
      assertThat(answer.body()).doesNotContain("scripted");
    }
  }

  private static int operatorErrors() {
    return (int)
        bench.log().lines().stream().filter(line -> line.startsWith("ERROR")).count();
  }

  @Test
  void errorDescription_thatIsHostile_isOneLineOfTheLog() {
    bench
        .issuer()
        .answer(
            Reply.json(
                400,
                "{\"error\":\"invalid_grant\",\"error_description\":\"a\\r\\nERROR forged\\u001b[31m\\u2028\"}"));
    bench.refused(user(), 401, "invalid_token");
    assertThat(bench.log().lines()).noneMatch(line -> line.matches("(?s).*[\r\n\u001b\u2028].*"));
  }

  @ParameterizedTest
  @CsvSource({
    "access_token, \"eyJ\\r\\nX-Admin: 1\"",
    "access_token, \"a\\nb\"",
    "access_token, \"a b\"",
    "access_token, \"t\u00f6ken\"",
    "access_token, \"a\\u0000b\"",
    "access_token, \"\"",
    "access_token, 1",
    "access_token, {}",
    "access_token, null",
    "access_token, ''",
    "access_token, \"eyJhbGciOiJub25lIn0.e30.\"",
    "access_token, \"eyJhbGciOiJSUzI1NiJ9.e30.AAAA\"",
    "refresh_token, \"a\\r\\nX-Admin: 1\"",
    "access_token, \"eyJhbGciOiJSUzI1NiJ9.bnVsbA.AAAA\"",
    "access_token, \"eyJhbGciOiJSUzI1NiJ9.W10.AAAA\"",
    "refresh_token, {}",
    "id_token, \"a\\r\\nX-Admin: 1\"",
    "id_token, \"not-a-jwt\"",
    "id_token, {}"
  })
  void token_thatCannotBeUsed_isNotSet(String member, String json) {
    answer(with(member, json));
    unusable(user());
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "\"\"", ""})
  void refreshToken_thatIsEmpty_isNone(String json) {
    answer(with("refresh_token", json));
    assertThat(user().status()).isEqualTo(200);
    assertThat(bench.app().last().headers()).doesNotContainKey("refresh-token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"access_token", "token_type", "expires_in", "refresh_token"})
  void member_thatIsThereTwice_isUnusable(String member) {
    String good = bench.issuer().tokens(Map.of());
    answer("{\"" + member + "\":\"Bearer\"," + good.substring(1));
    unusable(user());
  }

  static Stream<Arguments> noTokens() throws IOException {
    String json = "application/json";
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(new byte[20_000_000]);
    }
    String bomb = zipped.toString(StandardCharsets.ISO_8859_1);
    return Stream.of(
        reply("HTML", "text/html", "<html>canary</html>"),
        reply("HTML as JSON", json, "<html>canary</html>"),
        reply("empty", json, ""),
        reply("blank", json, " \r\n"),
        reply("null", json, "null"),
        reply("array", json, "[{\"access_token\":\"canary\",\"token_type\":\"Bearer\"}]"),
        reply("text", json, "\"canary\""),
        reply("empty object", json, "{}"),
        reply("cut off", json, "{\"access_token\":\"canary\",\"token_type\":\"Bearer\""),
        reply("more behind it", json, "{\"access_token\":\"canary\",\"token_type\":\"Bearer\"}x"),
        reply(
            "beyond any number",
            json,
            "{\"access_token\":\"canary\",\"token_type\":\"Bearer\",\"expires_in\":1e400}"),
        reply("single quotes", json, "{'access_token':'canary','token_type':'Bearer'}"),
        reply("form", "application/x-www-form-urlencoded", "access_token=canary&token_type=bearer"),
        reply("deep", json, "{\"a\":" + "[".repeat(30_000)),
        reply(
            "long",
            json,
            "{\"access_token\":\"" + "a".repeat(70_000) + "\",\"token_type\":\"Bearer\"}"),
        reply("huge", json, " ".repeat(20_000_000)),
        Arguments.of(
            "compressed",
            new Reply(
                200,
                Map.of("Content-Type", json, "Content-Encoding", "gzip"),
                bomb,
                StandardCharsets.ISO_8859_1)));
  }

  private static Arguments reply(String name, String type, String body) {
    return Arguments.of(name, new Reply(200, Map.of("Content-Type", type), body));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("noTokens")
  void answer_withoutTokens_isUnusable(String name, Reply reply) {
    bench.issuer().answer(reply);
    unusable(user());
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/octet-stream", "application/json; charset=x"})
  void contentType_ofGoodTokens_doesNotMatter(String type) {
    bench
        .issuer()
        .answer(new Reply(200, Map.of("Content-Type", type), bench.issuer().tokens(Map.of())));
    assertThat(user().status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void redirect_isNeverFollowed(int status) throws IOException {
    AtomicInteger followed = new AtomicInteger();
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    other.createContext("/", exchange -> {
      followed.incrementAndGet();
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
    });
    other.start();
    try {
      String location = "http://127.0.0.1:" + other.getAddress().getPort() + "/token";
      bench.issuer().answer(new Reply(status, Map.of("Location", location), ""));
      unusable(user());
      assertThat(followed).hasValue(0);
    } finally {
      other.stop(0);
    }
  }
}
