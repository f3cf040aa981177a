package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.Proofs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.RawUpstream.Received;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams that ask for a nonce in our DPoP proofs (RFC 9449 sections 8.2 and 9). */
class NonceRelayIT {
  private static final String BASIC = "Authorization: Basic Y2xpZW50OnNlY3JldA==";
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
  private static final String BINARY = "Content-Type: application/octet-stream";
  private static final String CHALLENGE =
      "WWW-Authenticate: DPoP error=\"use_dpop_nonce\", error_description=\"say it\"";

  @TempDir
  private static Path directory;

  private static StubIssuer issuer;
  private static RawUpstream upstream;
  private static ProxyProcess proxy;

  @BeforeAll
  static void start() {
    issuer = new StubIssuer();
    upstream = new RawUpstream();
    String[] on = {"token_endpoint_dpop: true", "upstream_dpop: true"};
    String[] named = Arrays.copyOf(on, 3);
    named[2] = "dpop_upstream_url: \"https://api.example/base/\"";
    String proven = Configs.grant(issuer.url(), on);
    proxy = ProxyProcess.run(Configs.file(
        directory,
        "services:\n"
            + Configs.service("p", upstream.url(), proven)
            + Configs.service("slash", upstream.url() + "/", proven)
            + Configs.service("named", upstream.url() + "/a", Configs.grant(issuer.url(), named))
            + Configs.service("plain", upstream.url(), Configs.grant(issuer.url()))));
  }

  @AfterAll
  static void stop() {
    proxy.close();
    upstream.close();
    issuer.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  /** A nonce that another test left would hide a missing one. */
  @AfterEach
  void overwriteNonce() {
    upstream.answer("HTTP/1.1 200 OK\r\nDPoP-Nonce: left\r\nContent-Length: 0\r\n\r\n");
    proxy.get("/p", BASIC);
    upstream.reset();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Answer post(String target, String body, String... headers) {
    try (RawConnection connection = proxy.connect()) {
      return connection.request("POST", target, bytes(body), headers).read();
    }
  }

  private static String challenge(String nonce, String body) {
    return "HTTP/1.1 401 Unauthorized\r\n" + CHALLENGE + "\r\nDPoP-Nonce: " + nonce
        + "\r\nX-First: 1\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  /** Demands this nonce of every request. */
  private static void demand(String nonce, String body) {
    upstream.script(request -> {
      request.body();
      boolean has = nonce.equals(claims(request).getStringClaim("nonce"));
      boolean head = request.line().startsWith("HEAD");
      if (has) {
        request.send(head ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" : RawUpstream.OK);
      } else {
        request.send(head ? challenge(nonce, "") : challenge(nonce, body));
      }
    });
  }

  private static JWTClaimsSet claims(Received request) throws Exception {
    return Proofs.claims(issuer, request);
  }

  private static void assertAttempts(Answer answer, String... nonces) throws Exception {
    assertThat(answer.status()).as(answer + proxy.log()).isEqualTo(200);
    assertOneOfTheUpstream(answer);
    Set<String> ids = new HashSet<>();
    assertThat(upstream.received()).hasSameSizeAs(nonces);
    for (int i = 0; i < nonces.length; i++) {
      JWTClaimsSet claims = claims(upstream.received().get(i));
      if (!nonces[i].isEmpty()) {
        assertThat(claims.getStringClaim("nonce")).isEqualTo(nonces[i]);
      }
      assertThat(ids.add(claims.getJWTID())).isTrue();
    }
  }

  /** Nothing of a first answer is in it, nor a nonce that is not for the caller. */
  private static void assertOneOfTheUpstream(Answer answer) {
    assertThat(answer.header("DPoP-Nonce")).isNull();
    assertThat(answer.header("X-First")).isNull();
    assertThat(answer.header("WWW-Authenticate")).isNull();
    assertThat(answer.header("Content-Length")).isEqualTo("2");
    if (answer.bytes().length > 0) {
      assertThat(answer.body()).isEqualTo("ok");
    }
  }

  @Test
  void nonce_isAnsweredOnce_remembered_andRenewed() throws Exception {
    demand("n1", "first");
    assertAttempts(proxy.get("/p", BASIC), "", "n1");
    upstream.received().clear();
    assertAttempts(proxy.get("/slash/other", BASIC, "DPoP: evil"), "", "n1");
    upstream.received().clear();
    assertAttempts(proxy.get("/p", BASIC), "n1");

    upstream.reset();
    upstream.answer("HTTP/1.1 200 OK\r\nDPoP-Nonce: n2\r\nContent-Length: 2\r\n\r\nok");
    assertAttempts(proxy.get("/p", BASIC), "n1");
    upstream.received().clear();
    assertAttempts(proxy.get("/p", BASIC), "n2");
  }

  @Test
  void nonce_isAnsweredUnderAnotherUrl() throws Exception {
    demand("named", "first");
    assertAttempts(proxy.get("/named/x", BASIC), "", "named");
    upstream.received().clear();
    assertAttempts(proxy.get("/named", BASIC), "named");
  }

  @Test
  void head_isRepeated() throws Exception {
    demand("head", "");
    try (RawConnection connection = proxy.connect()) {
      for (int i = 0; i < 2; i++) {
        Answer answer = connection.request("HEAD", "/p", BASIC).readHead();
        assertThat(answer.status()).isEqualTo(200);
        assertOneOfTheUpstream(answer);
      }
    }
    assertThat(upstream.received()).hasSize(3);
    assertThat(claims(upstream.received().get(1)).getStringClaim("htm")).isEqualTo("HEAD");
  }

  @Test
  void getWithAContentTypeAndNoBody_isRepeated() throws Exception {
    demand("typed", "first");
    assertAttempts(proxy.get("/p", BASIC, BINARY), "", "typed");
    upstream.reset();
    demand("typed2", "first");
    assertAttempts(post("/p", "", BASIC, BINARY), "typed", "typed2");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 60_000})
  void searchedBody_isRepeatedByteForByte(int size) throws Exception {
    String body = "a=%7E+" + "y".repeat(size) + "&b=%zz";
    demand("form" + size, "first");
    assertAttempts(post("/p?q=%7E", body, BASIC, FORM), "", "form" + size);
    for (Received request : upstream.received()) {
      assertThat(request.text()).isEqualTo(body);
      assertThat(request.header("Content-Length")).isEqualTo(Integer.toString(body.length()));
      assertThat(request.header("Content-Type")).isEqualTo(FORM.substring(14));
      assertThat(request.line()).isEqualTo("POST /?q=%7E HTTP/1.1");
    }
  }

  @Test
  void searchedBodyWithACredential_isRepeatedWithoutIt() throws Exception {
    demand("hidden", "first");
    String token = "rt-" + UUID.randomUUID();
    assertAttempts(post("/p", "a=1&refresh_token=" + token + "&b", FORM), "", "hidden");
    for (Received request : upstream.received()) {
      assertThat(request.text()).isEqualTo("a=1&b");
      assertThat(request.header("Content-Length")).isEqualTo("5");
    }
  }

  /** The connection cannot be used again: the upstream reads no body. */
  @Test
  void challengeBeforeTheBodyIsRead_isAnswered() throws Exception {
    String body = "a=" + "y".repeat(60_000);
    upstream.script(request -> {
      if ("early".equals(claims(request).getStringClaim("nonce"))) {
        request.body();
        request.send(RawUpstream.OK);
      } else {
        request.send(
            challenge("early", "first").replace("X-First", "Connection: close\r\nX-First"));
      }
    });
    assertAttempts(post("/p", body, BASIC, FORM), "", "early");
    assertThat(upstream.received().get(1).text()).isEqualTo(body);
  }

  @Test
  void streamedBody_isNotRepeated() throws Exception {
    for (boolean chunked : new boolean[] {false, true}) {
      upstream.reset();
      demand("streamed" + chunked, "first");
      try (RawConnection connection = proxy.connect()) {
        if (chunked) {
          connection
              .request("POST", "/p", BASIC, BINARY, "Transfer-Encoding: chunked")
              .send("4\r\nbody\r\n0\r\n\r\n");
        } else {
          connection.request("POST", "/p", bytes("body"), BASIC, BINARY);
        }
        Answer answer = connection.read();
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.body()).isEqualTo("first");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo(CHALLENGE.substring(18));
        assertThat(answer.header("DPoP-Nonce")).isNull();
        assertThat(upstream.only().text()).isEqualTo("body");
        // The nonce is known from now on, and the connection in step.
        connection.request("POST", "/p", bytes("body"), BASIC, BINARY);
        assertThat(connection.read().body()).isEqualTo("ok");
      }
      assertThat(upstream.received()).hasSize(2);
    }
  }

  @Test
  void secondChallenge_goesToTheCaller_itsNonceIsTaken() throws Exception {
    upstream.script(request -> {
      request.body();
      request.send(challenge("no" + upstream.received().size(), "answer"));
    });
    Answer answer = proxy.get("/p", BASIC);
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.body()).isEqualTo("answer");
    assertThat(answer.header("X-First")).isEqualTo("1");
    assertThat(answer.header("DPoP-Nonce")).isNull();
    assertThat(upstream.received()).hasSize(2);
    upstream.reset();
    assertAttempts(proxy.get("/p", BASIC), "no2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "401|WWW-Authenticate: DPoP error=\"invalid_token\"|DPoP-Nonce: x",
        "401|WWW-Authenticate: Bearer error=\"use_dpop_nonce\"|DPoP-Nonce: x",
        "401|WWW-Authenticate: DPoP error_description=\"use_dpop_nonce\"|DPoP-Nonce: x",
        "401|WWW-Authenticate: DPoP error=\"use_dpop_nonce\"|X: y",
        "401|WWW-Authenticate: DPoP realm=\"DPoP error=use_dpop_nonce\"|DPoP-Nonce: x",
        "401|WWW-Authenticate: DPoP realm=\"\\\", error=use_dpop_nonce\"|DPoP-Nonce: x",
        "401|WWW-Authenticate: DPoP realm=x, Bearer error=\"use_dpop_nonce\"|DPoP-Nonce: x",
        "401|X-Authenticate: DPoP error=\"use_dpop_nonce\"|DPoP-Nonce: x",
        "403|WWW-Authenticate: DPoP error=\"use_dpop_nonce\"|DPoP-Nonce: x",
        "200|WWW-Authenticate: DPoP error=\"use_dpop_nonce\"|DPoP-Nonce: x",
      })
  void whatIsNoChallenge_isNotAnswered(String head) {
    upstream.answer("HTTP/1.1 " + head.replace("|", "\r\n") + "\r\nContent-Length: 2\r\n\r\nok");
    Answer answer = proxy.get("/p", BASIC);
    assertThat(answer.status()).isEqualTo(Integer.parseInt(head.substring(0, 3)));
    assertThat(answer.body()).isEqualTo("ok");
    assertThat(answer.header("DPoP-Nonce")).isNull();
    assertThat(upstream.received()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "WWW-Authenticate: dpop error=use_dpop_nonce",
        "WWW-Authenticate: DPoP realm=\"a, b\", algs=\"ES256\", error=\"use_dpop_nonce\"",
        "WWW-Authenticate: Negotiate, DPoP  algs=x , error = use_dpop_nonce",
        "WWW-Authenticate: Bearer\r\nWWW-Authenticate: DPoP error=\"use_dpop_nonce\"",
        "WWW-Authenticate: Bearer realm=\"x\", DPoP algs=\"ES256\", error=\"use_dpop_nonce\"",
      })
  void formsOfChallenges_areAnswered(String form) throws Exception {
    String nonce = "f-" + UUID.randomUUID();
    upstream.script(request -> {
      request.body();
      request.send(
          nonce.equals(claims(request).getStringClaim("nonce"))
              ? RawUpstream.OK
              : challenge(nonce, "first").replace(CHALLENGE, form));
    });
    assertAttempts(proxy.get("/p", BASIC), "", nonce);
  }

  @Test
  void withoutProofs_challengesAndNoncesGoToTheCaller() {
    upstream.answer(challenge("x", "theirs"));
    Answer answer = proxy.get("/plain", BASIC, "DPoP: mine");
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("DPoP-Nonce")).isEqualTo("x");
    assertThat(upstream.only().header("DPoP")).isEqualTo("mine");
    assertThat(upstream.only().header("Authorization")).startsWith("Bearer ");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bigChallenge_isReadToItsEnd_andTheConnectionKept(boolean chunked) throws Exception {
    String body = "x".repeat(3_000_000);
    String nonce = "big" + chunked;
    upstream.script(request -> {
      request.body();
      if (nonce.equals(claims(request).getStringClaim("nonce"))) {
        request.send(RawUpstream.OK);
      } else if (chunked) {
        request.send("HTTP/1.1 401 No\r\n" + CHALLENGE + "\r\nDPoP-Nonce: " + nonce
            + "\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 3_000; i++) {
          request.send("3e8\r\n" + body.substring(0, 1_000) + "\r\n");
        }
        request.send("0\r\n\r\n");
      } else {
        request.send(challenge(nonce, body));
      }
    });
    proxy.get("/plain", BASIC);
    upstream.received().clear();
    int before = upstream.connections();
    assertAttempts(proxy.get("/p", BASIC), "", nonce);
    assertThat(upstream.connections() - before).isLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"head, 502", "body, 502", "second, 502"})
  void upstreamThatDiesInAChallenge_is502(String when, int status) {
    upstream.script(request -> {
      request.body();
      String whole = challenge("dies-" + when, "first-body");
      boolean second = upstream.received().size() > 1;
      if (when.equals("second") && !second) {
        request.send(whole);
      } else if (when.equals("body")) {
        request.send(whole.substring(0, whole.length() - 4));
        request.output().close();
      } else {
        if (when.equals("head")) {
          request.send(whole.substring(0, 60));
        }
        request.reset();
      }
    });
    Answer answer = proxy.get("/p", BASIC);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).startsWith("application/json");
    assertThat(answer.body()).doesNotContain("first");
    assertThat(answer.header("X-First")).isNull();
    assertThat(answer.header("WWW-Authenticate")).isNull();
    assertThat(upstream.received()).hasSize(when.equals("second") ? 2 : 1);
  }

  @Test
  void manyChallenges_leaveNoConnectionsBehind() throws Exception {
    int before = upstream.connections();
    upstream.script(request -> {
      request.body();
      int count = upstream.received().size();
      request.send(count % 2 == 1 ? challenge("m" + count, "first") : RawUpstream.OK);
    });
    try (RawConnection connection = proxy.connect()) {
      for (int i = 0; i < 100; i++) {
        connection.request("POST", "/p", bytes("a=" + i), BASIC, FORM);
        Answer answer = connection.read();
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertOneOfTheUpstream(answer);
      }
    }
    assertThat(upstream.received()).hasSize(200);
    for (int i = 1; i < 200; i += 2) {
      assertThat(upstream.received().get(i).text()).isEqualTo("a=" + i / 2);
      assertThat(claims(upstream.received().get(i)).getStringClaim("nonce")).isEqualTo("m" + i);
    }
    assertThat(upstream.connections() - before).isLessThanOrEqualTo(2);
  }
}
