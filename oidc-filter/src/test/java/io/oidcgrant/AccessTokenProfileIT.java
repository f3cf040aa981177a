package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.RSASSASigner;
import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Access tokens as RFC 9068 has them, where that is demanded. */
class AccessTokenProfileIT {
  private FilterBench bench;

  @BeforeEach
  void start() {
    bench = FilterBench.start(config ->
        config.authMethods("bearer").audienceRequired("api").accessTokenProfile("rfc9068"));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private static Map<String, Object> claims() {
    return new HashMap<>(Map.of("aud", "api", "client_id", "app"));
  }

  private Answer get(String token) {
    bench.mark();
    return bench.http().get("/a", "Authorization: Bearer " + token);
  }

  @ParameterizedTest
  @ValueSource(strings = {"at+jwt", "application/at+jwt", "AT+JWT", "Application/AT+jwt"})
  void type_isThatOfAnAccessToken(String type) {
    assertThat(get(bench.issuer().sign(claims(), type, null)).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"JWT", "jwt", "dpop+jwt", "token-introspection+jwt", "at+jwt ", "at", "text/at+jwt"
      })
  void otherType_isRefused(String type) {
    bench.refused(get(bench.issuer().sign(claims(), type, null)), 401, "invalid_token");
  }

  @Test
  void noType_isRefused() throws JOSEException, ParseException {
    JWSObject jwt = new JWSObject(
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID(bench.issuer().key().getKeyID())
            .build(),
        JWSObject.parse(bench.issuer().sign(claims(), "at+jwt", null)).getPayload());
    jwt.sign(new RSASSASigner(bench.issuer().key()));

    bench.refused(get(jwt.serialize()), 401, "invalid_token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"})
  void claimThatIsMissing_isRefused(String claim) {
    Map<String, Object> claims = claims();
    claims.put(claim, null);

    bench.refused(get(bench.issuer().sign(claims, "at+jwt", null)), 401, "invalid_token");
  }

  @Test
  void audience_isStillAMatterOfTheRoute() {
    Map<String, Object> claims = claims();
    claims.put("aud", "other");

    bench.refused(get(bench.issuer().sign(claims, "at+jwt", null)), 403, "insufficient_scope");
  }

  @Test
  void leeway_isAtMostAMinute() {
    OidcGrantConfigBuilder builder = OidcGrantConfig.builder()
        .issuer("https://idp.example")
        .clientId("c")
        .clientSecret("x")
        .audienceRequired("api")
        .accessTokenProfile("rfc9068");

    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> builder.leeway(Duration.ofSeconds(61)).build())
        .withMessageContaining("leeway");
    assertThat(builder.leeway(Duration.ofSeconds(60)).build().leeway())
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(builder
            .accessTokenProfile("any")
            .leeway(Duration.ofSeconds(61))
            .build()
            .leeway())
        .isEqualTo(Duration.ofSeconds(61));
  }
}
