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
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Encrypted access tokens: verified here where there is a key, else the issuer's to open. */
class EncryptedTokenIT {
  private RSAKey key;
  private FilterBench bench;

  @BeforeEach
  void makeKey() throws JOSEException {
    key = new RSAKeyGenerator(2048).keyID("enc").generate();
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    ScriptedIssuer issuer = ScriptedIssuer.start();
    issuer.answer(asked -> Reply.json(200, "{\"active\":true,\"aud\":\"api\"}"));
    bench = FilterBench.start(
        issuer,
        config -> changes.apply(config
            .authMethods("bearer", "introspection")
            .introspectionEndpoint(issuer.url() + "/token")
            .audienceRequired("api")));
  }

  private String encrypted(String inside) throws JOSEException {
    JWEObject jwe = new JWEObject(
        new JWEHeader.Builder(JWEAlgorithm.RSA_OAEP_256, EncryptionMethod.A128CBC_HS256)
            .keyID("enc")
            .contentType("JWT")
            .build(),
        new Payload(inside));
    jwe.encrypt(new RSAEncrypter(key));
    return jwe.serialize();
  }

  private String signed() {
    return bench.issuer().accessToken(Map.of("aud", "api"));
  }

  private Answer get(String token) {
    bench.mark();
    return bench.http().get("/a", "Authorization: Bearer " + token);
  }

  @Test
  void withAKey_itIsVerifiedHere_andGoesOnAsItCame() throws JOSEException {
    start(config -> config.decryptionJwk(List.of(key)));
    String token = encrypted(signed());

    assertThat(get(token).status()).isEqualTo(200);
    assertThat(bench.asked()).isZero();
    assertThat(bench.app().last().header("authorization")).isEqualTo("Bearer " + token);
  }

  @Test
  void withoutAKey_introspectionGetsIt() throws JOSEException {
    start(config -> config);
    String token = encrypted(signed());

    assertThat(get(token).status()).isEqualTo(200);
    assertThat(bench.issuer().asked()).hasSize(1);
    assertThat(bench.issuer().asked().get(0).value("token")).isEqualTo(token);
  }

  @Test
  void withoutAKeyOrIntrospection_itIsRefused() throws JOSEException {
    start(config -> config.authMethods("bearer"));

    bench.refused(get(encrypted(signed())), 401, "invalid_token");
  }

  @Test
  void whatIsWrongWithIt_isNotTold_andTheIssuerIsNotAskedInstead() throws JOSEException {
    start(config -> config.decryptionJwk(List.of(key)));
    String token = encrypted(signed());
    String[] parts = token.split("\\.", -1);
    Set<String> answers = new HashSet<>();
    for (String bad : List.of(
        encrypted(new PlainJWT(new JWTClaimsSet.Builder()
                .issuer(bench.issuer().url())
                .audience("api")
                .build())
            .serialize()),
        encrypted("{\"aud\":\"api\"}"),
        encrypted(token),
        encrypted(bench
            .issuer()
            .sign(
                Map.of("aud", "api"),
                "JWT",
                new RSAKey.Builder(key).keyID(bench.issuer().key().getKeyID()).build())),
        parts[0] + "." + parts[2] + "." + parts[2] + "." + parts[3] + "." + parts[4],
        parts[0] + "..." + parts[3] + "." + parts[4],
        parts[0] + "." + parts[1] + "." + parts[2] + "." + parts[3] + "x." + parts[4],
        parts[0] + "." + parts[1] + "." + parts[2] + "." + parts[3] + ".",
        "e30....")) {
      Answer answer = get(bad);
      bench.refused(answer, 401, "invalid_token");
      assertThat(bench.asked()).isZero();
      answers.add(answer.header("www-authenticate") + answer.body());
    }
    assertThat(answers).hasSize(1);
  }
}
