package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.RawUpstream.Received;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code upstream-oauth}: tokens of the gateway's own, and what follows where one is refused. */
class ServiceTokenIT {
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";

  @TempDir
  private static Path directory;

  private static final AtomicInteger MADE = new AtomicInteger();
  private static RawUpstream issuer;
  private static RawUpstream upstream;
  private static StubIssuer callers;

  private ProxyProcess proxy;

  @BeforeAll
  static void start() {
    issuer = new RawUpstream();
    upstream = new RawUpstream();
    callers = new StubIssuer();
  }

  @AfterAll
  static void stop() {
    issuer.close();
    upstream.close();
    callers.close();
  }

  /** A new proxy: nothing is remembered. */
  @BeforeEach
  void run() {
    MADE.set(0);
    upstream.reset();
    issuer.reset();
    issuer.script(request -> {
      request.body();
      request.send(json("{\"access_token\":\"token-" + MADE.incrementAndGet()
          + "\",\"token_type\":\"Bearer\",\"expires_in\":300}"));
    });
    proxy = ProxyProcess.run(Configs.file(
        directory,
        "services:\n"
            + Configs.service("p", upstream.url(), plugin("", ""))
            + Configs.service("kong", upstream.url(), plugin("", ", retry_on_purge: false"))
            + Configs.service(
                "own", upstream.url(), plugin("", ", upstream_access_token_header_name: x_token"))
            + Configs.service(
                "told",
                upstream.url(),
                plugin(
                    "",
                    ", idp_error_response_status_code: 599, idp_error_response_message: 'a \"b\" \\c'"))
            + Configs.service(
                "both", upstream.url(), Configs.grant(callers.url()), plugin("", ""))));
  }

  @AfterEach
  void end() {
    proxy.close();
  }

  private static String plugin(String oauth, String behavior) {
    return "{name: upstream-oauth, config: {oauth: {token_endpoint: \"" + issuer.url()
        + "/token\", client_id: gate, client_secret: s3cr3t" + oauth
        + "}, behavior: {purge_token_on_upstream_status_codes: [401, 403]" + behavior + "}}}";
  }

  private static String json(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
        + "\r\n\r\n" + body;
  }

  /** Takes these tokens and no others. */
  private static void accept(String... tokens) {
    upstream.script(request -> {
      request.body();
      request.send(
          List.of(tokens).contains(request.header("Authorization"))
              ? RawUpstream.OK
              : "HTTP/1.1 401 Unauthorized\r\nX-Refused: 1\r\nContent-Length: 3\r\n\r\nno\n");
    });
  }

  private static List<Answer> parallel(int times, Supplier<Answer> request) {
    ExecutorService threads = Executors.newFixedThreadPool(times);
    try {
      List<CompletableFuture<Answer>> all = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        all.add(CompletableFuture.supplyAsync(request, threads));
      }
      return all.stream().map(CompletableFuture::join).toList();
    } finally {
      threads.shutdownNow();
    }
  }

  private Answer post(String path, String body, String... headers) {
    try (RawConnection connection = proxy.connect()) {
      return connection
          .request("POST", path, body.getBytes(StandardCharsets.ISO_8859_1), headers)
          .read();
    }
  }

  @Test
  void upstream_getsTheGatewaysToken_notTheCallers() {
    assertThat(proxy.get("/p/x?q=1", "Authorization: Bearer callers", "DPoP: p").status())
        .isEqualTo(200);

    assertThat(upstream.only().headers().get("authorization")).containsExactly("Bearer token-1");
    assertThat(upstream.only().headers()).doesNotContainKey("dpop");
    assertThat(upstream.only().target()).isEqualTo("/x?q=1");
    assertThat(issuer.only().line()).startsWith("POST /token ");
    assertThat(issuer.only().text())
        .contains("grant_type=client_credentials")
        .contains("client_id=gate")
        .contains("client_secret=s3cr3t")
        .contains("scope=openid");
  }

  @Test
  void otherHeader_leavesAuthorizationToTheCaller() {
    proxy.get("/own", "Authorization: Bearer callers", "X.Token: forged", "Connection: X-Token");

    assertThat(upstream.only().headers().get("authorization")).containsExactly("Bearer callers");
    assertThat(upstream.only().headers().get("x-token")).containsExactly("Bearer token-1");
    assertThat(upstream.only().headers()).doesNotContainKey("x.token");
  }

  @Test
  void callers_areAuthenticatedFirst() {
    assertThat(proxy.get("/both").status()).isEqualTo(401);
    assertThat(upstream.received()).isEmpty();

    assertThat(proxy.get("/both", "Authorization: Basic Y2xpZW50OnNlY3JldA==").status())
        .isEqualTo(200);
    assertThat(upstream.only().headers().get("authorization")).containsExactly("Bearer token-1");
  }

  @Test
  void manyAtOnce_askOnce() {
    assertThat(parallel(100, () -> proxy.get("/p"))).allMatch(answer -> answer.status() == 200);
    assertThat(issuer.received()).hasSize(1);
    assertThat(upstream.received()).hasSize(100);
  }

  @Test
  void refusedToken_isReplacedOnce_howeverManySeeItRefused() {
    accept("Bearer token-1");
    proxy.get("/p");
    accept("Bearer token-2");
    upstream.received();

    assertThat(parallel(50, () -> proxy.get("/p"))).allMatch(answer -> answer.status() == 200);
    assertThat(issuer.received()).hasSize(2);
  }

  @Test
  void post_isNeverDeliveredTwice_butTheNextGoesWithANewToken() {
    accept("Bearer token-2");

    Answer refused = post("/p", "a=1", FORM);

    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.body()).isEqualTo("no\n");
    assertThat(upstream.received()).hasSize(1);
    assertThat(post("/p", "a=1", FORM).status()).isEqualTo(200);
    assertThat(issuer.received()).hasSize(2);
  }

  @Test
  void tokenThatIsRefusedAgain_isNotAskedForAThirdTime() {
    accept("Bearer nobody");

    Answer refused = proxy.get("/p");

    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.header("X-Refused")).isEqualTo("1");
    assertThat(upstream.received()).hasSize(2);
    assertThat(issuer.received()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "DELETE", "PUT"})
  void idempotentRequest_withoutABody_isRepeated(String method) {
    accept("Bearer token-2");

    try (RawConnection connection = proxy.connect()) {
      connection.request(method, "/p");
      assertThat((method.equals("HEAD") ? connection.readHead() : connection.read()).status())
          .isEqualTo(200);
    }
    assertThat(upstream.received()).hasSize(2).allMatch(seen -> seen.line().startsWith(method));
  }

  @Test
  void withoutRetry_theCallerGetsTheRefusal_andTheNextANewToken() {
    accept("Bearer token-2");

    assertThat(proxy.get("/kong").status()).isEqualTo(401);
    assertThat(proxy.get("/kong").status()).isEqualTo(200);
    assertThat(upstream.received()).extracting(Received::line).hasSize(2);
  }

  @Test
  void otherStatuses_dropNothing() {
    upstream.answer("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n");

    assertThat(proxy.get("/p").status()).isEqualTo(500);
    assertThat(proxy.get("/p").status()).isEqualTo(500);
    assertThat(issuer.received()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 | {\"access_token\":\"t\",\"token_type\":\"mac\",\"expires_in\":300}",
        "200 | {\"access_token\":\"t t\",\"token_type\":\"Bearer\",\"expires_in\":300}",
        "200 | <html>",
        "200 | {}",
        "401 | {\"error\":\"invalid_client\"}",
        "400 | {\"error\":\"invalid_scope\"}",
        "500 | oops",
        "302 | ",
      })
  void answerThatCannotBeUsed_isAnsweredAsConfigured_andNothingGoesUpstream(
      int status, String body) {
    String text = body == null ? "" : body;
    issuer.answer("HTTP/1.1 " + status + " X\r\nLocation: /\r\nContent-Type: application/json\r\n"
        + "Content-Length: " + text.length() + "\r\n\r\n" + text);

    Answer answer = proxy.get("/p");

    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.header("Content-Type").replace(" ", ""))
        .isEqualTo("application/json;charset=utf-8");
    assertThat(answer.body())
        .isEqualTo(
            "{ \"code\": \"502\", \"message\": \"Failed to authenticate request to upstream\" }");
    assertThat(upstream.received()).isEmpty();
    assertThat(proxy.log()).doesNotContain("s3cr3t");
    assertThat(proxy.get("/p").status()).isEqualTo(502);
    assertThat(issuer.received().size()).isGreaterThanOrEqualTo(1);
  }

  @Test
  void message_isEscapedForTheMediaType() {
    issuer.close();
    Answer answer = proxy.get("/told");
    issuer = new RawUpstream();

    assertThat(answer.status()).isEqualTo(599);
    assertThat(answer.body())
        .isEqualTo("{ \"code\": \"599\", \"message\": \"a \\\"b\\\" \\\\c\" }");
  }

  @ParameterizedTest
  @CsvSource({
    "'\"expires_in\":0', 2",
    "'\"expires_in\":-1', 2",
    "'\"x\":1', 1",
    "'\"expires_in\":3', 2"
  })
  void life_isWhatTheIssuerSays_lessTheTimeBeforeTheEnd(String member, int asked) {
    issuer.answer(json("{\"access_token\":\"t\",\"token_type\":\"bearer\"," + member + "}"));

    assertThat(proxy.get("/p").status()).isEqualTo(200);
    assertThat(proxy.get("/p").status()).isEqualTo(200);
    assertThat(issuer.received()).hasSize(asked);
  }

  @Test
  void refusal_withNoOtherTokenToBeHad_isAnsweredAsConfigured() {
    accept("Bearer token-2");
    AtomicInteger asked = new AtomicInteger();
    issuer.script(request -> {
      request.body();
      request.send(
          asked.incrementAndGet() == 1
              ? json("{\"access_token\":\"token-1\",\"token_type\":\"Bearer\",\"expires_in\":9}")
              : "HTTP/1.1 503 X\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
    });

    Answer answer = proxy.get("/p");

    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.header("Retry-After")).isEqualTo("7");
    assertThat(upstream.received()).hasSize(1);
  }
}
