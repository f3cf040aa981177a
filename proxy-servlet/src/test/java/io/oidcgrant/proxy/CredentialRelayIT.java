package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests with credentials on their way to an upstream: what arrives in place of them. */
class CredentialRelayIT {
  private static final String BASIC = "Authorization: Basic Y2xpZW50OnNlY3JldA==";
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
  private static final String JSON = "Content-Type: application/json; charset=utf-8";

  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static StubIssuer issuer;
  private static ProxyProcess proxy;

  @BeforeAll
  static void start() {
    upstream = new RawUpstream();
    issuer = new StubIssuer();
    proxy = ProxyProcess.run(Configs.file(
        directory,
        "services:\n"
            + Configs.service("g", upstream.url(), Configs.grant(issuer.url()))
            + Configs.service(
                "shown", upstream.url(), Configs.grant(issuer.url(), "hide_credentials: false"))));
  }

  @AfterAll
  static void stop() {
    proxy.close();
    issuer.close();
    upstream.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  private static String freshToken() {
    return "rt-" + UUID.randomUUID();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Answer post(String target, String body, String... headers) {
    try (RawConnection connection = proxy.connect()) {
      return connection.request("POST", target, bytes(body), headers).read();
    }
  }

  private static Answer postChunked(String target, List<String> pieces, String... headers) {
    try (RawConnection connection = proxy.connect()) {
      String[] all = Arrays.copyOf(headers, headers.length + 1);
      all[headers.length] = "Transfer-Encoding: chunked";
      connection.request("POST", target, all);
      for (String piece : pieces) {
        connection.send(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
      }
      return connection.send("0\r\n\r\n").read();
    }
  }

  /** The upstream's one request has our tokens and nothing of the caller's credential. */
  private static RawUpstream.Received assertGranted(Answer answer) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    RawUpstream.Received request = upstream.only();
    assertThat(issuer.granted())
        .anyMatch(token -> ("Bearer " + token).equals(request.header("Authorization")));
    assertThat(request.header("Refresh-Token")).startsWith("next-");
    return request;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: Authorization, Refresh-Token, Host, Via, X-Forwarded-For",
        "Connection: authorization,REFRESH-TOKEN",
        "Connection: keep-alive, Refresh_Token, refresh_token",
        "Connection: close, Authorization, Content-Length",
      })
  void tokens_arriveWhateverTheCallerCallsHopByHop(String connection) {
    String token = freshToken();
    // Fetched, then remembered.
    for (int i = 0; i < 2; i++) {
      upstream.reset();
      RawUpstream.Received request =
          assertGranted(proxy.get("/g", "Refresh-Token: " + token, connection));
      assertThat(request.header("Via")).isEqualTo("1.1 oidc-proxy");
      assertThat(request.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
      assertThat(request.headers().toString()).doesNotContain(token);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Refresh-Token", "refresh_token", "REFRESH-TOKEN", "refresh-Token"})
  void refreshTokenOfTheCaller_neverArrives(String name) {
    String token = freshToken();
    RawUpstream.Received request = assertGranted(proxy.get("/g", name + ": " + token));
    assertThat(request.headers().toString()).doesNotContain(token);
    assertThat(request.headers()).doesNotContainKey("refresh_token");
  }

  @Test
  void managedHeadersBesideAnotherCredential_doNotArrive() {
    String[] imitations = {"Refresh.Token: evil", "refresh-token.: x"};
    RawUpstream.Received request = assertGranted(
        proxy.get("/g", "Refresh-Token: " + freshToken(), imitations[0], imitations[1]));
    assertThat(request.headers()).doesNotContainKey("refresh.token");
    assertThat(request.headers().toString()).doesNotContain("evil");
  }

  @Test
  void twoRefreshTokens_areRefusedUnasked() {
    int asked = issuer.asked().size();
    assertThat(proxy.get("/g", "Refresh-Token: a", "refresh_token: b").status()).isEqualTo(400);
    assertThat(issuer.asked()).hasSize(asked);
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void basicCredential_isReplacedByTheToken() {
    RawUpstream.Received request = assertGranted(proxy.get("/g", BASIC));
    assertThat(request.headers().toString()).doesNotContain("Basic");
  }

  @Test
  void queryCredential_isHidden_andTheRestStays() {
    String token = freshToken();
    Answer answer = proxy.get("/g/p%20q?a=%7E&refresh_token=" + token + "&b=%zz&&c");
    assertThat(assertGranted(answer).target()).isEqualTo("/p%20q?a=%7E&b=%zz&&c");
    assertThat(answer.header("Cache-Control")).isEqualTo("private");
  }

  @ParameterizedTest
  @CsvSource({
    "a=1&refresh_token=TOKEN&b=%7E+%zz, a=1&b=%7E+%zz",
    "refresh_token=TOKEN, ''",
    "a&&refresh%5Ftoken=TOKEN&=, a&&=",
  })
  void formCredential_isHidden_andTheRestStays(String body, String rest) {
    for (boolean chunked : new boolean[] {false, true}) {
      upstream.reset();
      String token = freshToken();
      String sent = body.replace("TOKEN", token);
      RawUpstream.Received request = assertGranted(
          chunked
              ? postChunked("/g", List.of(sent.substring(0, 3), sent.substring(3)), FORM)
              : post("/g", sent, FORM));
      assertThat(request.text()).isEqualTo(rest);
      assertThat(request.header("Content-Length")).isEqualTo(Integer.toString(rest.length()));
      assertThat(request.header("Transfer-Encoding")).isNull();
    }
  }

  @Test
  void jsonCredential_isHidden_andTheRestStays() {
    String token = freshToken();
    String body = "{ \"a\" : [1, \"é\"],\"refresh_token\":\"" + token + "\", \"b\":1.50 }";
    RawUpstream.Received request = assertGranted(post("/g", body, JSON));
    String arrived =
        new String(request.text().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    assertThat(arrived)
        .contains("\"a\" : [1, \"é\"]", "\"b\":1.50")
        .doesNotContain(token, "refresh_token");
    assertThat(request.header("Content-Length")).isEqualTo(Integer.toString(bytes(arrived).length));
  }

  @Test
  void bodyThatWasSearched_arrivesByteForByte_whereNothingIsHidden() {
    String form = "a=1&refresh_token=" + freshToken() + "&b=%7E+%zz";
    assertThat(post("/shown", form, FORM).status()).isEqualTo(200);
    assertThat(upstream.only().text()).isEqualTo(form);
    assertThat(upstream.only().header("Content-Type")).isEqualTo(FORM.substring(14));

    upstream.reset();
    String other = "x=" + "y".repeat(65_000);
    assertGranted(post("/g", other, FORM, "Refresh-Token: " + freshToken()));
    assertThat(upstream.only().text()).isEqualTo(other);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, 5_000_000})
  void bodyThatIsNotSearched_isStreamedByteForByte(int size) {
    String body = "\u0000x".repeat((size + 1) / 2).substring(0, size);
    for (boolean chunked : new boolean[] {false, true}) {
      upstream.reset();
      RawUpstream.Received request = assertGranted(
          chunked
              ? postChunked(
                  "/g",
                  size == 0 ? List.of() : List.of(body),
                  "Content-Type: application/octet-stream",
                  "Refresh-Token: " + freshToken())
              : post(
                  "/g",
                  body,
                  "Content-Type: application/octet-stream",
                  "Refresh-Token: " + freshToken()));
      assertThat(request.text()).isEqualTo(body);
    }
  }

  @Test
  void connection_isInStepAfterSearchedBodies() {
    try (RawConnection connection = proxy.connect()) {
      for (int i = 0; i < 3; i++) {
        connection.request("POST", "/g", bytes("refresh_token=" + freshToken() + "&i=" + i), FORM);
        assertThat(connection.read().status()).isEqualTo(200);
        connection.request("POST", "/g", bytes("i=" + i), FORM);
        assertThat(connection.read().status()).isEqualTo(401);
        connection.request("GET", "/g", BASIC);
        assertThat(connection.read().status()).isEqualTo(200);
      }
    }
    assertThat(upstream.received()).hasSize(6);
  }

  @Test
  void expect100_withACredential_isAnsweredAndTheBodyArrives() {
    for (String type : List.of(FORM, "Content-Type: text/plain")) {
      upstream.reset();
      try (RawConnection connection = proxy.connect()) {
        connection.request("POST", "/g", BASIC, type, "Expect: 100-continue", "Content-Length: 3");
        assertThat(connection.read().status()).isEqualTo(100);
        assertThat(connection.send("a=b").read().status()).isEqualTo(200);
      }
      assertThat(upstream.only().text()).isEqualTo("a=b");
    }
  }

  @Test
  void upstreamThatAnswersBeforeASearchedBodyIsRead_isHeard() {
    upstream.script(request -> request.send("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"));
    Answer answer = post("/g", "refresh_token=" + freshToken() + "&a=1", FORM);
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.body()).isEqualTo("no");
  }
}
