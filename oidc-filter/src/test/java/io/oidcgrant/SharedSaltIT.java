package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.testing.CapturedLog;
import io.oidcgrant.testing.EchoApp;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import io.oidcgrant.testing.TestClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Routes of one process whose caches have one salt: what is good on one is not good on another. */
@Timeout(60)
class SharedSaltIT {
  private final TestClock clock = new TestClock();
  private final CapturedLog log = CapturedLog.start();
  private final List<EchoApp> routes = new ArrayList<>();
  private ScriptedIssuer issuer;
  private ScriptedIssuer other;
  private GrantRuntime runtime;

  @BeforeEach
  void start() {
    issuer = ScriptedIssuer.start();
    other = ScriptedIssuer.start();
    issuer.clock(clock);
    other.clock(clock);
    runtime = GrantRuntime.create(clock);
  }

  @AfterEach
  void stop() {
    routes.forEach(EchoApp::close);
    runtime.close();
    issuer.close();
    other.close();
    log.close();
  }

  private EchoApp route(UnaryOperator<OidcGrantConfigBuilder> changes) {
    EchoApp route = EchoApp.start(new OidcGrantFilter(
        changes
            .apply(FilterBench.config(issuer)
                .authMethods("bearer")
                .audienceRequired("api")
                .cacheTokensSalt("the same everywhere"))
            .build(),
        runtime));
    routes.add(route);
    return route;
  }

  private EchoApp asking(ScriptedIssuer server, UnaryOperator<OidcGrantConfigBuilder> changes) {
    return route(config -> changes.apply(
        config.authMethods("introspection").introspectionEndpoint(server.url() + "/token")));
  }

  private static int status(EchoApp route, String token) {
    int before = route.seen().size();
    int status =
        new RawHttp(route.port()).get("/a", "Authorization: Bearer " + token).status();
    assertThat(route.seen().size() - before).isEqualTo(status == 200 ? 1 : 0);
    return status;
  }

  @Test
  void audienceOfOneRoute_isNotThatOfAnother() {
    EchoApp one = route(config -> config);
    EchoApp two = route(config -> config.audienceRequired("two"));
    String forOne = issuer.accessToken(Map.of("aud", "api"));
    String forTwo = issuer.accessToken(Map.of("aud", "two"));
    for (int warm = 0; warm < 3; warm++) {
      assertThat(status(one, forOne)).isEqualTo(200);
      assertThat(status(two, forOne)).isEqualTo(403);
      assertThat(status(two, forTwo)).isEqualTo(200);
      assertThat(status(one, forTwo)).isEqualTo(403);
    }
  }

  @Test
  void introspectionServerOfOneRoute_doesNotSpeakForAnother() {
    issuer.answer(asked -> Reply.json(
        200, "{\"active\":" + "of-one".equals(asked.value("token")) + ",\"aud\":\"api\"}"));
    other.answer(asked -> Reply.json(
        200, "{\"active\":" + "of-two".equals(asked.value("token")) + ",\"aud\":\"api\"}"));
    EchoApp one = asking(issuer, config -> config);
    EchoApp two = asking(other, config -> config);
    for (int warm = 0; warm < 3; warm++) {
      assertThat(status(one, "of-one")).isEqualTo(200);
      assertThat(status(two, "of-one")).isEqualTo(401);
      assertThat(status(two, "of-two")).isEqualTo(200);
      assertThat(status(one, "of-two")).isEqualTo(401);
    }
    EchoApp alike = asking(issuer, config -> config);
    int before = issuer.asked().size();
    assertThat(status(alike, "of-one")).isEqualTo(200);
    assertThat(issuer.asked()).hasSize(before);
  }

  @Test
  void rulesOfVerification_areThoseOfTheRoute() throws JOSEException {
    RSAKey decryption = new RSAKeyGenerator(2048).generate();
    String token = issuer.accessToken(Map.of("aud", "api"));
    String late =
        issuer.accessToken(Map.of("aud", "api", "exp", clock.instant().getEpochSecond() - 5));
    String foreign = other.sign(Map.of("aud", "api", "iss", issuer.url()), "JWT", other.key());
    JWEObject encrypted = new JWEObject(
        new JWEHeader.Builder(JWEAlgorithm.RSA_OAEP_256, EncryptionMethod.A128GCM)
            .contentType("JWT")
            .build(),
        new Payload(token));
    encrypted.encrypt(new RSAEncrypter(decryption));
    String hidden = encrypted.serialize();
    EchoApp plain = route(config -> config);
    EchoApp lenient = route(config -> config.leeway(Duration.ofSeconds(30)));
    EchoApp extra = route(config -> config.extraJwksUris(List.of(other.url() + "/keys")));
    EchoApp opening = route(config -> config.decryptionJwk(List.of(decryption)));
    EchoApp strict = route(config -> config.accessTokenProfile("rfc9068"));
    EchoApp elsewhere = route(config -> config.issuersAllowed("https://other.example"));
    for (int warm = 0; warm < 2; warm++) {
      assertThat(status(plain, token)).isEqualTo(200);
      assertThat(status(strict, token)).isEqualTo(401);
      assertThat(status(elsewhere, token)).isEqualTo(401);
      assertThat(status(lenient, late)).isEqualTo(200);
      assertThat(status(plain, late)).isEqualTo(401);
      assertThat(status(extra, foreign)).isEqualTo(200);
      assertThat(status(plain, foreign)).isEqualTo(401);
      assertThat(status(opening, hidden)).isEqualTo(200);
      assertThat(status(plain, hidden)).isEqualTo(401);
    }
  }

  @Test
  void lifeOfWhatIsRemembered_isThatOfTheRoute() {
    issuer.answer(Reply.json(200, "{\"active\":true,\"aud\":\"api\"}"));
    EchoApp longer = asking(issuer, config -> config.cacheTtl(Duration.ofHours(1)));
    EchoApp shorter = asking(issuer, config -> config.cacheTtlMax(Duration.ofSeconds(5)));
    assertThat(status(longer, "opaque")).isEqualTo(200);
    assertThat(status(shorter, "opaque")).isEqualTo(200);
    clock.advance(Duration.ofSeconds(6));
    issuer.answer(Reply.json(200, "{\"active\":false}"));

    assertThat(status(longer, "opaque")).isEqualTo(200);
    assertThat(status(shorter, "opaque")).isEqualTo(401);
  }
}
