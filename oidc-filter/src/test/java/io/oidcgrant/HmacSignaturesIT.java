package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens with HMAC signatures: only of a client's secret, only where they are wanted. */
class HmacSignaturesIT {
  private static final String SECRET = "canary-" + "s".repeat(57);
  private FilterBench bench;

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(config -> changes.apply(config
        .authMethods("bearer")
        .audienceRequired("api")
        .clientSecret(SECRET)
        .upstreamAccessTokenJwkHeader("x-jwk")
        .downstreamAccessTokenJwkHeader("x-jwk")));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private String token(byte[] secret, String algorithm) {
    return HmacTokens.signed(secret, algorithm, bench.clock(), bench.issuer().url());
  }

  private String token(String secret, String algorithm) {
    return token(secret.getBytes(StandardCharsets.UTF_8), algorithm);
  }

  private Answer get(String token) {
    bench.mark();
    return bench.http().get("/a", "Authorization: Bearer " + token);
  }

  private void refused(String token) {
    bench.refused(get(token), 401, "invalid_token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HS256", "HS384", "HS512"})
  void secretOfAClient_signs_andIsNotShown(String algorithm) {
    start(config -> config.enableHsSignatures(true));

    Answer answer = get(token(SECRET, algorithm));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(bench.app().last().header("x-jwk")).isNull();
    assertThat(answer.header("x-jwk")).isNull();
    bench.nothingSecret(answer);
    refused(token(SECRET + "x", algorithm));
    refused(token(SECRET.substring(1), algorithm));
    Answer signed = get(bench.issuer().sign(Map.of("aud", "api"), "JWT", null));
    assertThat(signed.status()).isEqualTo(200);
    assertThat(new String(
            Base64.getDecoder().decode(bench.app().last().header("x-jwk")), StandardCharsets.UTF_8))
        .contains("\"n\":")
        .doesNotContain("\"d\":");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HS256", "HS384", "HS512"})
  void secretOfAClient_doesNotSign_whereThatIsNotWanted(String algorithm) {
    start(config -> config);

    refused(token(SECRET, algorithm));
  }

  @ParameterizedTest
  @CsvSource({"HS256, 32", "HS384, 48", "HS512, 64"})
  void secret_mustBeAsLongAsTheHash(String algorithm, int length) {
    String enough = "canary-" + "s".repeat(length - 7);
    String less = enough.substring(0, length - 1);
    start(config -> config
        .clientId("long", "short", "shorter")
        .clientSecret("x".repeat(32), enough, less)
        .enableHsSignatures(true));

    assertThat(get(token(enough, algorithm)).status()).isEqualTo(200);
    refused(token(less, algorithm));
  }

  @Test
  void secretsThatAreAllTooShort_areAConfigurationProblem() {
    start(config -> config);
    OidcGrantConfigBuilder builder = OidcGrantConfig.builder()
        .issuer("https://idp.example")
        .clientId("c")
        .audienceRequired("api")
        .enableHsSignatures(true);

    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> builder.clientSecret("x".repeat(31)).build())
        .withMessageContaining("enable_hs_signatures");
    assertThat(builder.clientSecret("x".repeat(32)).build().enableHsSignatures())
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"HS256", "HS384", "HS512"})
  void keysThatArePublished_areNoSecrets(String algorithm) throws JOSEException {
    start(config -> config.enableHsSignatures(true));
    RSAKey key = bench.issuer().key();
    byte[] octets = SECRET.replace('s', 'o').getBytes(StandardCharsets.UTF_8);
    OctetSequenceKey secret = new OctetSequenceKey.Builder(octets).build();
    bench.issuer().publish(new JWKSet(List.of(key.toPublicJWK(), secret)));
    byte[] encoded = key.toRSAPublicKey().getEncoded();
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    String pem = "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----";

    refused(token(octets, algorithm));
    refused(token(encoded, algorithm));
    refused(token(pem, algorithm));
    refused(token(pem + "\n", algorithm));
    refused(token(key.toPublicJWK().toJSONString(), algorithm));
    refused(token(key.getModulus().toString(), algorithm));
    refused(token(key.getModulus().decode(), algorithm));
    refused(token(bench.issuer().url() + "/keys", algorithm));
    assertThat(get(token(SECRET, algorithm)).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"HS1", "hs256", "HS224", "HS256 ", "none", "HS256/64"})
  void otherAlgorithms_areRefused(String algorithm) {
    start(config -> config.enableHsSignatures(true));
    String good = token(SECRET, "HS256");

    refused(
        Base64URL.encode("{\"alg\":\"" + algorithm + "\"}") + good.substring(good.indexOf('.')));
  }
}
