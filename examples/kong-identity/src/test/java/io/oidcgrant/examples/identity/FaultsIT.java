package io.oidcgrant.examples.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.examples.identity.Fault.Kind;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /faults} and {@code /requests}. */
class FaultsIT {
  private static final Map<String, String> PASSWORD = Map.of(
      "grant_type", "password", "username", "john", "password", "doe-of-john", "scope", "read");

  private Identity identity;
  private Server server;

  @BeforeEach
  void start() throws Exception {
    identity = Identity.start();
    server = Server.create(identity, "faults");
    server.scope("read", false);
    server.client("app");
    server.user("john", "doe-of-john");
    identity.journal().clear();
  }

  @AfterEach
  void stop() {
    identity.close();
  }

  private Calls.Got token() throws IOException {
    return server.token("app", PASSWORD);
  }

  private void fault(Kind kind, Map<String, Object> details) {
    identity.faults().add(Fault.once(Endpoint.TOKEN, kind, details));
  }

  private void assertHealthy() throws Exception {
    assertThat(server.claims(token()).getSubject()).isEqualTo("john");
  }

  @Test
  void faults_comeInOrder_eachAsOftenAsSaid_atItsEndpoint() throws Exception {
    String faults = identity.url() + "/faults";
    Calls.Got added = Calls.manage("POST", faults, """
        {"faults":[
          {"kind":"status","status":503,"times":2,"body":"later","content_type":"text/plain",
           "headers":{"X-Why":"maintenance"}},
          {"endpoint":"jwks","kind":"html"},
          {"kind":"retry_after","seconds":7}
        ]}""");
    assertThat(added.status()).as(added.body()).isEqualTo(201);
    for (int i = 0; i < 2; i++) {
      Calls.Got got = token();
      assertThat(got.status()).isEqualTo(503);
      assertThat(got.body()).isEqualTo("later");
      assertThat(got.header("X-Why")).isEqualTo("maintenance");
    }
    Calls.Got limited = token();
    assertThat(limited.status()).isEqualTo(429);
    assertThat(limited.header("Retry-After")).isEqualTo("7");
    assertHealthyAfterPage();
    assertThat(Calls.get(faults).json()).isEqualTo(Map.of("faults", List.of()));
  }

  private void assertHealthyAfterPage() throws Exception {
    Calls.Got page = Calls.get(server.shown().get("jwks_uri").toString());
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.header("Content-Type")).isEqualTo("text/html");
    assertHealthy();
  }

  @Test
  void faults_areForgottenWhenDeleted() throws Exception {
    identity.faults().add(new Fault(Endpoint.TOKEN, Kind.STATUS, 9, Map.of()));
    assertThat(token().status()).isEqualTo(500);
    assertThat(identity.faults().remaining())
        .singleElement()
        .extracting(Fault::times)
        .isEqualTo(8);
    assertThat(Calls.manage("DELETE", identity.url() + "/faults", "").status()).isEqualTo(200);
    assertHealthy();
  }

  @ParameterizedTest
  @CsvSource({
    "EXPIRES_IN, -5, expires_in, -5",
    "EXPIRES_IN, soon, expires_in, soon",
    "TOKEN_TYPE, mac, token_type, mac",
    "ISSUED_TOKEN_TYPE, urn:x, issued_token_type, urn:x",
  })
  void member_isReplaced(Kind kind, String value, String member, String seen) throws Exception {
    fault(kind, Map.of("value", value));
    Calls.Got got = token();
    assertThat(got.text(member)).isEqualTo(seen);
    assertThat(server.claims(got).getSubject()).isEqualTo("john");
    assertHealthy();
  }

  @Test
  void member_isLeftOut() throws Exception {
    fault(Kind.NO_EXPIRES_IN, Map.of());
    assertThat(token().json()).containsKey("access_token").doesNotContainKey("expires_in");
    fault(Kind.MEMBER, Map.of("name", "access_token"));
    assertThat(token().json()).containsKey("expires_in").doesNotContainKey("access_token");
  }

  @Test
  void useDpopNonce_bringsTheNonce() throws Exception {
    fault(Kind.USE_DPOP_NONCE, Map.of("nonce", "n-1"));
    Calls.Got got = token();
    assertThat(got.status()).isEqualTo(400);
    assertThat(got.text("error")).isEqualTo("use_dpop_nonce");
    assertThat(got.header("DPoP-Nonce")).isEqualTo("n-1");
  }

  @Test
  void closedConnection_didNothingOrAll() throws Exception {
    Calls.hook(identity, server.id(), "settings", "{\"rotate_refresh_tokens\":true}");
    String refresh = token().text("refresh_token");
    Map<String, String> form = Map.of("grant_type", "refresh_token", "refresh_token", refresh);
    fault(Kind.CLOSE, Map.of());
    assertThatThrownBy(() -> server.token("app", form)).isInstanceOf(IOException.class);
    assertThat(identity.faults().remaining()).isEmpty();
    Calls.Got rotated = server.token("app", form);
    assertThat(rotated.status()).isEqualTo(200);
    Map<String, String> next =
        Map.of("grant_type", "refresh_token", "refresh_token", rotated.text("refresh_token"));
    fault(Kind.LOST_ANSWER, Map.of());
    assertThatThrownBy(() -> server.token("app", next)).isInstanceOf(IOException.class);
    assertThat(server.token("app", next).text("error")).isEqualTo("invalid_grant");
    assertThat(identity.journal().entries())
        .extracting(Journal.Entry::fault, Journal.Entry::status)
        .contains(tuple("close", 0), tuple("lost_answer", 0));
  }

  @Test
  void truncatedAnswer_cannotBeRead() throws Exception {
    fault(Kind.TRUNCATE, Map.of());
    assertThatThrownBy(this::token).isInstanceOf(IOException.class);
    assertHealthy();
  }

  @Test
  void drippingAnswer_isWholeInTheEnd() throws Exception {
    fault(Kind.DRIP, Map.of("millis", 1));
    long start = System.nanoTime();
    Calls.Got got = token();
    assertThat(server.claims(got).getSubject()).isEqualTo("john");
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isGreaterThan(Duration.ofMillis(got.body().length()));
  }

  @Test
  void hangingEndpoint_answersNothing() throws Exception {
    fault(Kind.HANG, Map.of("seconds", 600));
    fault(Kind.HANG, Map.of("seconds", 0));
    String url = server.issuer() + "/oauth/token";
    assertThatThrownBy(() ->
            Calls.send(Calls.to(url).timeout(Duration.ofMillis(300)).POST(BodyPublishers.noBody())))
        .isInstanceOf(HttpTimeoutException.class);
    assertThatThrownBy(this::token)
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(HttpTimeoutException.class);
    assertHealthy();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'faults':[]}",
        "{'faults':{}}",
        "{'faults':[1]}",
        "{'faults':[{'kind':'magic'}]}",
        "{'faults':[{}]}",
        "{'faults':[{'kind':'close','endpoint':'nowhere'}]}",
        "{'faults':[{'kind':'close','times':0}]}",
        "{'faults':[{'kind':'close','times':'1'}]}",
        "{'faults':[{'kind':'close','status':500}]}",
        "{'faults':[{'kind':'status','status':99}]}",
        "{'faults':[{'kind':'status','status':100}]}",
        "{'faults':[{'kind':'status','headers':{'A B':'c'}}]}",
        "{'faults':[{'kind':'hang','seconds':601}]}",
        "{'faults':[{'kind':'member'}]}",
        "{'faults':[{'kind':'close'},{'kind':'magic'}]}",
      })
  void badFaults_400_andNoneIsTaken(String body) throws Exception {
    Calls.Got got = Calls.manage("POST", identity.url() + "/faults", body.replace('\'', '"'));
    assertThat(got.status()).as(got.body()).isEqualTo(400);
    assertThat(identity.faults().remaining()).isEmpty();
  }

  @Test
  void faults_are1000AtMost() throws Exception {
    for (int i = 0; i < 1000; i++) {
      fault(Kind.CLOSE, Map.of());
    }
    Calls.Got got =
        Calls.manage("POST", identity.url() + "/faults", "{\"faults\":[{\"kind\":\"close\"}]}");
    assertThat(got.status()).isEqualTo(400);
  }

  @Test
  void journal_countsAndShowsNothingSecret() throws Exception {
    Calls.Got got =
        server.token("app", PASSWORD, "X-Request-Id", "r-1", "Cookie", "id=cookie-value");
    String access = got.text("access_token");
    String refresh = got.text("refresh_token");
    server.token("app", Map.of("grant_type", "refresh_token", "refresh_token", refresh));
    Calls.get(server.issuer() + "/userinfo", "Authorization", "Bearer " + access);
    Calls.get(server.shown().get("jwks_uri").toString());

    Calls.Got seen = Calls.get(identity.url() + "/requests");

    assertThat(seen.body())
        .contains("\"username\":\"john\"", "\"client_id\":\"app\"", "\"r-1\"", "\"bearer ***\"")
        .doesNotContain("doe-of-john", "\"secret\"", access, refresh, "cookie-value");
    Map<String, Object> counts = JSONObjectUtils.getJSONObject(seen.json(), "counts");
    assertThat(counts)
        .containsEntry("token", 2L)
        .containsEntry("userinfo", 1L)
        .containsEntry("jwks", 1L)
        .containsEntry("introspect", 0L);
    assertThat(identity.journal().entries().get(0).parameters())
        .containsEntry("grant_type", "password")
        .containsEntry("scope", "read")
        .containsEntry("password", "***")
        .containsEntry("client_secret", "***");
    assertThat(identity.journal().count(Endpoint.TOKEN)).isEqualTo(2);
    assertThat(Calls.manage("DELETE", identity.url() + "/requests", "").body())
        .contains("\"requests\":[]");
  }
}
