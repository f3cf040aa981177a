package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.FreePort;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the access log, the request's id and X-Oidc-Explain tell of a decision, and what not. */
class AccessLogIT {
  private static final String CANARY = "canary-7f3a";
  private static final String ADMIN = "admin-" + CANARY;
  private static final String EXPLAIN = "X-Oidc-Explain: " + ADMIN;
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
  private static final String JSON = "Content-Type: application/json";
  private static final String REFUSING = """
      {"error":"invalid_grant","error_description":"no such token %s"}""";

  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static StubIssuer issuer;
  private static RawUpstream refusing;
  private static ProxyProcess proxy;

  @BeforeAll
  static void start() throws IOException {
    upstream = new RawUpstream();
    issuer = new StubIssuer();
    refusing = new RawUpstream();
    refusing.script(request -> {
      byte[] body = request.body();
      String form = new String(body, StandardCharsets.UTF_8);
      if (request.target().equals("/token")) {
        String said = REFUSING.formatted(form.replaceAll(".*refresh_token=(rt-[^&]*).*", "$1"));
        request.send("HTTP/1.1 400 no\r\nContent-Type: application/json\r\nContent-Length: "
            + said.length() + "\r\n\r\n" + said);
      } else {
        String metadata = """
            {"issuer":"URL","token_endpoint":"URL/token","jwks_uri":"KEYS/keys"}""".replace("URL", refusing.url()).replace("KEYS", issuer.url());
        request.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
            + metadata.length() + "\r\n\r\n" + metadata);
      }
    });
    String secret = "client_secret: " + CANARY + "-own";
    String dead = "http://127.0.0.1:" + FreePort.find();
    Path token = Files.writeString(directory.resolve("token"), ADMIN);
    proxy = ProxyProcess.run(
        Configs.file(
            directory,
            "services:\n"
                + Configs.service(
                    "g",
                    upstream.url(),
                    Configs.grant(issuer.url()).replace("client_secret: s", secret))
                + Configs.service("refused", upstream.url(), Configs.grant(refusing.url()))
                + Configs.service(
                    "anyone", upstream.url(), Configs.grant(issuer.url(), "anonymous: nobody"))
                + Configs.service(
                    "own",
                    upstream.url(),
                    "{name: upstream-oauth, config: {oauth: {token_endpoint: \"" + issuer.url()
                        + "/token\", client_id: c, client_secret: " + CANARY + "-service}}}")
                + Configs.service(
                    "noown",
                    upstream.url(),
                    "{name: upstream-oauth, config: {oauth: {token_endpoint: \"" + dead
                        + "/token\", client_id: c, client_secret: x},"
                        + " behavior: {idp_error_response_status_code: 599}}}")
                + Configs.service("plain", upstream.url())
                + Configs.service("dead", dead)
                + Configs.service(
                    "cors", upstream.url(), Configs.grant(issuer.url(), "run_on_preflight: false"))
                + "consumers: [{username: nobody}]\n"),
        "--access-log",
        "on",
        "--log-format",
        "json",
        "--log-level",
        "trace",
        "--admin-token-file",
        token.toString(),
        "--trusted-ips",
        "127.0.0.1");
  }

  @AfterAll
  static void stop() {
    String log = proxy.log();
    proxy.close();
    refusing.close();
    issuer.close();
    upstream.close();
    assertThat(log).doesNotContain(CANARY);
    assertThat(issuer.granted()).isNotEmpty().noneMatch(log::contains);
    assertThat(log.lines()).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  private static String token() {
    return "rt-" + UUID.randomUUID() + CANARY;
  }

  private static String id() {
    return "id-" + UUID.randomUUID();
  }

  private static String basic(String secret) {
    return "Authorization: Basic "
        + Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
  }

  private static Answer get(String target, String id, String... headers) {
    String[] all = Arrays.copyOf(headers, headers.length + 1);
    all[headers.length] = "X-Request-Id: " + id;
    return proxy.get(target, all);
  }

  private static Answer post(String target, String id, String body, String type) {
    try (RawConnection connection = proxy.connect()) {
      return connection
          .request(
              "POST",
              target,
              body.getBytes(StandardCharsets.UTF_8),
              type,
              "X-Request-Id: " + id,
              EXPLAIN)
          .read();
    }
  }

  /** The line about the request with this id, which comes soon after its answer. */
  private static Map<String, Object> line(String id) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> proxy
                .log()
                .lines()
                .filter(line ->
                    line.contains("\"loggerName\":\"access\"") && line.contains("\"" + id + "\""))
                .map(AccessLogIT::parsed)
                .toList(),
            lines -> lines.size() == 1)
        .get(0);
  }

  private static Map<String, Object> parsed(String line) {
    try {
      return JSONObjectUtils.parse(line);
    } catch (ParseException e) {
      throw new AssertionError(line, e);
    }
  }

  private static void assertDecided(
      Map<String, Object> line, String method, String location, String cache, String reason) {
    assertThat(line)
        .containsEntry("auth_method", method)
        .containsEntry("location", location)
        .containsEntry("cache", cache)
        .containsEntry("reason", reason);
  }

  @Test
  void grants_areToldWithTheirLocationAndCache() {
    String token = token();
    for (String cache : List.of("miss", "hit")) {
      String id = id();
      Answer answer = get("/g/a?x=" + CANARY, id, "Refresh-Token: " + token);
      assertThat(answer.status()).isEqualTo(200);
      Map<String, Object> line = line(id);
      assertDecided(line, "refresh_token", "header", cache, "granted");
      assertThat(line)
          .containsEntry("level", "INFO")
          .containsEntry("address", "127.0.0.1")
          .containsEntry("method", "GET")
          .containsEntry("path", "/g/a")
          .containsEntry("protocol", "HTTP/1.1")
          .containsEntry("status", 200L)
          .containsEntry("bytes", 2L)
          .containsEntry("route", "g")
          .containsEntry("service", "g")
          .containsEntry("plugin", "openid-connect")
          .containsKeys("timestamp", "duration_ms", "upstream_ms")
          .doesNotContainKeys("consumer", "service_token");
      assertThat((Long) line.get("duration_ms")).isBetween(0L, 60_000L);
      assertThat(line.toString()).doesNotContain("alice");
    }
  }

  @Test
  void locations_areTold_inLogAndExplanation() {
    String id = id();
    Answer answer = post("/g?refresh_token=" + token(), id, "a=b", "Content-Type: text/plain");
    assertDecided(line(id), "refresh_token", "query", "miss", "granted");
    assertThat(answer.header("X-Oidc-Explanation"))
        .isEqualTo(
            "route=g; service=g; plugin=openid-connect; location=query; method=refresh_token;"
                + " cache=miss; reason=granted; request_id=" + id);
    id = id();
    answer = post("/g", id, "refresh_token=" + token(), FORM);
    assertDecided(line(id), "refresh_token", "form", "miss", "granted");
    assertThat(answer.header("X-Oidc-Explanation")).contains("location=form");
    id = id();
    answer = post("/g", id, "{\"refresh_token\":\"" + token() + "\"}", JSON);
    assertDecided(line(id), "refresh_token", "json", "miss", "granted");
    assertThat(answer.header("X-Oidc-Explanation")).contains("location=json");
    id = id();
    assertThat(get("/g", id, basic("me:" + CANARY)).status()).isEqualTo(200);
    assertDecided(line(id), "client_credentials", "header", "miss", "granted");
  }

  @ParameterizedTest
  @CsvSource({
    "/nowhere, GET, 404, no_route",
    "/plain/%2e%2e/x, GET, 400, bad_request",
    "/plain, TRACE, 405, method_not_allowed",
    "/g, GET, 401, no_credential",
    "/dead, GET, 502, upstream_unreachable",
    "/plain, GET, 200, relayed",
    "/anyone, GET, 200, anonymous",
    "/cors, OPTIONS, 200, preflight",
    "/own, GET, 200, relayed",
    "/noown, GET, 599, no_service_token",
  })
  void everyEnd_hasItsReason(String target, String method, int status, String reason) {
    String id = id();
    try (RawConnection connection = proxy.connect()) {
      Answer answer = connection
          .request(method, target, "X-Request-Id: " + id, EXPLAIN, "Connection: close")
          .read();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.header("X-Oidc-Explanation"))
          .contains("reason=" + reason, "request_id=" + id);
      assertThat(answer.header("X-Request-Id")).isEqualTo(status == 200 ? null : id);
    }
    assertThat(line(id)).containsEntry("status", (long) status).containsEntry("reason", reason);
  }

  @Test
  void serviceToken_andConsumer_areTold() {
    String id = id();
    get("/own", id);
    assertThat(line(id)).containsEntry("plugin", "upstream-oauth").containsKey("service_token");
    id = id();
    get("/noown", id);
    assertThat(line(id)).containsEntry("service_token", "issuer_unavailable");
    id = id();
    get("/anyone", id);
    assertThat(line(id)).containsEntry("consumer", "nobody");
  }

  @Test
  void refusal_isExplained_butNotInTheWordsOfAnIssuerThatRepeatsTheCredential() {
    String token = "rt-" + UUID.randomUUID();
    String id = id();
    Answer answer = get("/refused", id, "Refresh-Token: " + token, EXPLAIN);
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("X-Oidc-Explanation"))
        .contains("method=refresh_token", "cache=miss", "reason=rejected")
        .contains("detail=\"token endpoint answered 400 to grant")
        .doesNotContain(token);
    assertDecided(line(id), "refresh_token", "header", "miss", "rejected");

    answer = get("/refused", id(), "Authorization: Basic !", EXPLAIN);
    assertThat(answer.header("X-Oidc-Explanation"))
        .contains("reason=malformed_credential; detail=\"malformed credential in a header\"");
  }

  @Test
  void parsersRefusals_areTold_withAnIdOfOurs() {
    try (RawConnection connection = proxy.connect()) {
      Answer answer = connection
          .send("GET /bad?" + CANARY + " HTTP/1.1\r\nHo st: x\r\n\r\n")
          .read();
      assertThat(answer.status()).isEqualTo(400);
      Map<String, Object> line = line(answer.header("X-Request-Id"));
      assertThat(line).containsEntry("reason", "bad_request").containsEntry("status", 400L);
    }
    try (RawConnection connection = proxy.connect()) {
      Answer answer =
          connection.request("GET", "/x", "A: " + "a".repeat(70_000)).read();
      Map<String, Object> line = line(answer.header("X-Request-Id"));
      assertThat(line).containsEntry("reason", "headers_too_large").containsEntry("status", 431L);
    }
  }

  /** Nothing is told of it that the container made up. */
  @Test
  void requestThatCannotBeRead_hasALine() {
    try (RawConnection connection = proxy.connect()) {
      assertThat(connection.send("G\001T / HTTP/1.1\r\n\r\n").read().status()).isEqualTo(400);
    }
    Map<String, Object> line = await()
        .until(
            () -> proxy
                .log()
                .lines()
                .filter(each -> each.contains("\"loggerName\":\"access\"")
                    && each.contains("\"status\":400")
                    && !each.contains("\"method\""))
                .map(AccessLogIT::parsed)
                .toList(),
            lines -> !lines.isEmpty())
        .get(0);
    assertThat(line)
        .containsEntry("reason", "bad_request")
        .containsKey("address")
        .doesNotContainKeys("path", "protocol");
  }

  @Test
  void answerThatBreaks_isCutOff_andOneThatComesTooLateHasNobody() throws Exception {
    upstream.script(request -> {
      request.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "a".repeat(60_000));
      request.reset();
    });
    String cut = id();
    try (RawConnection connection = proxy.connect()) {
      connection.request("GET", "/plain", "X-Request-Id: " + cut);
      connection.input().readAllBytes();
    } catch (IOException e) {
      // As it should be.
    }
    assertThat(line(cut)).containsEntry("status", 200L).containsEntry("reason", "cut_off");

    CountDownLatch come = new CountDownLatch(1);
    upstream.script(request -> {
      come.countDown();
      request.input().read();
      request.input().read();
    });
    String gone = id();
    try (Socket caller = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      caller
          .getOutputStream()
          .write(("POST /plain HTTP/1.1\r\nHost: a\r\nX-Request-Id: " + gone
                  + "\r\nContent-Length: 9\r\n\r\nb")
              .getBytes(StandardCharsets.US_ASCII));
      assertThat(come.await(10, TimeUnit.SECONDS)).isTrue();
      caller.setSoLinger(true, 0);
    }
    assertThat(line(gone)).containsEntry("status", 499L).containsEntry("reason", "caller_gone");
  }

  @Test
  void requestId_reachesTheUpstream_onceAndWellFormed() {
    get("/plain", "A.b_c:1-2", "X_Request_Id: other");
    assertThat(upstream.only().header("X-Request-Id")).isEqualTo("A.b_c:1-2");
    assertThat(upstream.only().headers()).doesNotContainKey("x_request_id");
    for (String header : List.of("A: b", "X-Request-Id: a b", "X-Request-Id: a\"b")) {
      upstream.reset();
      assertThat(proxy.get("/plain", header).header("X-Request-Id")).isNull();
      String made = upstream.only().header("X-Request-Id");
      assertThat(made).matches("[0-9a-f]{32}");
      assertThat(line(made)).containsEntry("reason", "relayed");
    }
    upstream.reset();
    proxy.get("/plain", "X-Request-Id: a", "X-Request-Id: b", "Connection: X-Request-Id");
    assertThat(upstream.only().header("X-Request-Id")).matches("[0-9a-f]{32}");
    upstream.answer("HTTP/1.1 200 OK\r\nX-Request-Id: theirs\r\nContent-Length: 0\r\n\r\n");
    assertThat(get("/plain", "mine").header("X-Request-Id")).isEqualTo("theirs");
  }

  @Test
  void linesOfRefusals_haveTheRequestsId() {
    String id = id();
    get("/refused", id, "Refresh-Token: rt-" + UUID.randomUUID());
    assertThat(proxy.log().lines())
        .anyMatch(line -> line.contains("rejected: ") && line.contains("(request " + id + ")"));
  }

  @Test
  void forwardedAddress_ofABelievedPeer_isTheCallers() {
    String id = id();
    get("/plain", id, "X-Forwarded-For: 198.51.100.1, 203.0.113.7");
    assertThat(line(id)).containsEntry("address", "203.0.113.7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A: b",
        "X-Oidc-Explain: ",
        "X-Oidc-Explain: wrong",
        "X-Oidc-Explain: Bearer " + ADMIN,
        "X-Oidc-Explain: " + ADMIN + "\r\nX-Oidc-Explain: " + ADMIN,
        "X_Oidc_Explain: " + ADMIN,
      })
  void withoutTheToken_nothingIsExplained_andTheHeaderGoesNowhere(String header) {
    upstream.answer("HTTP/1.1 200 OK\r\nX-Oidc-Explanation: theirs\r\nContent-Length: 0\r\n\r\n");
    Answer answer = proxy.get("/plain", header);
    assertThat(answer.header("X-Oidc-Explanation")).isEqualTo("theirs");
    assertThat(upstream.only().head()).noneMatch(line -> line.contains(ADMIN));
    assertThat(upstream.only().headers()).doesNotContainKeys("x-oidc-explain", "x_oidc_explain");
    assertThat(proxy.get("/nowhere", header).headers()).doesNotContainKey("x-oidc-explanation");
  }

  @Test
  void withTheToken_theUpstreamsExplanationIsReplaced() {
    upstream.answer(
        "HTTP/1.1 200 OK\r\nX-Oidc-Explanation: a\r\nX-Oidc-Explanation: b\r\nContent-Length: 0\r\n\r\n");
    String id = id();
    Answer answer = get("/plain", id, EXPLAIN);
    assertThat(answer.header("X-Oidc-Explanation"))
        .isEqualTo("route=plain; service=plain; plugin=none; reason=relayed; request_id=" + id);
    assertThat(upstream.only().head()).noneMatch(line -> line.contains(ADMIN));
  }
}
