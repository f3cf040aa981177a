package io.oidcgrant.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.util.Base64URL;
import io.oidcgrant.jose.CertificateThumbprint;
import io.oidcgrant.jose.SigningKey;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.verify.PossessionCheck.Mode;
import io.oidcgrant.verify.PossessionCheck.Shown;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens pass with what beside them, by mode (RFC 9449 section 7, RFC 8705 section 3). */
class PossessionCheckTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000L);
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final Duration LIFETIME = Duration.ofMinutes(5);
  private static final String TOKEN = "the.access.token";
  private static final String URL = "https://api.example/orders";
  private static final SigningKey KEY = SigningKey.generate(JWSAlgorithm.ES256);
  private static final SigningKey OTHER_KEY = SigningKey.generate(JWSAlgorithm.ES256);

  /** RFC 8705 appendix A. */
  private static final X509Certificate CERTIFICATE = certificate(
      "MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIyMDUwMjEy"
          + "MzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C"
          + "7HKW9OylMbnQZjjJ/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwIDSQAwRgIh"
          + "AP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOVbUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L"
          + "+SY=");

  private static final String CERTIFICATE_THUMBPRINT =
      "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0";

  private final List<List<String>> used = new ArrayList<>();

  private static X509Certificate certificate(String der) {
    try {
      return (X509Certificate) CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(Base64.getDecoder().decode(der)));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private PossessionCheck check(Mode mtls, Mode dpop, DpopNonces nonces) {
    return new PossessionCheck(
        mtls,
        dpop,
        LIFETIME,
        nonces,
        parts -> {
          used.add(parts);
          return null;
        },
        CLOCK);
  }

  private static String proof(SigningKey key, String nonce) {
    Map<String, Object> claims = new HashMap<>();
    claims.put("jti", "one");
    claims.put("htm", "GET");
    claims.put("htu", URL);
    claims.put("iat", NOW.getEpochSecond());
    claims.put("ath", ath());
    if (nonce != null) {
      claims.put("nonce", nonce);
    }
    return key.signWithKey(new JOSEObjectType("dpop+jwt"), claims);
  }

  private static String ath() {
    try {
      return Base64URL.encode(MessageDigest.getInstance("SHA-256")
              .digest(TOKEN.getBytes(StandardCharsets.US_ASCII)))
          .toString();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Shown shown(boolean dpopScheme, String proof, X509Certificate certificate) {
    return new Shown(
        TOKEN,
        dpopScheme,
        () -> proof == null ? List.of() : List.of(proof),
        "GET",
        () -> URL,
        () -> Optional.ofNullable(certificate));
  }

  private static Map<String, Object> bound(boolean key, boolean certificate) {
    Map<String, Object> cnf = new HashMap<>();
    if (key) {
      cnf.put("jkt", KEY.thumbprint());
      cnf.put("kc-jkt-type", "x");
    }
    if (certificate) {
      cnf.put("x5t#S256", CERTIFICATE_THUMBPRINT);
    }
    return cnf.isEmpty() ? Map.of() : Map.of("cnf", cnf);
  }

  /** What came of it: the kind of the failure, or {@code passed}. */
  private static String outcome(PossessionCheck check, Map<String, Object> claims, Shown shown) {
    try {
      check.check(claims, shown);
      return "passed";
    } catch (GrantException e) {
      assertThat(e.failure().detail()).doesNotContain(TOKEN);
      return e.failure().kind().toString();
    }
  }

  private String outcome(Mode mtls, Mode dpop, Map<String, Object> claims, Shown shown) {
    return outcome(check(mtls, dpop, null), claims, shown);
  }

  @Test
  void certificateOfTheStandard_hasItsThumbprint() {
    assertThat(CertificateThumbprint.of(CERTIFICATE)).isEqualTo(CERTIFICATE_THUMBPRINT);
  }

  @ParameterizedTest
  @CsvSource({
    "IGNORE, passed, passed, passed, passed, passed",
    "OFF, passed, REJECTED, REJECTED, REJECTED, REJECTED",
    "OPTIONAL, passed, REJECTED, INVALID_DPOP_PROOF, REJECTED, passed",
    "STRICT, REJECTED, REJECTED, INVALID_DPOP_PROOF, REJECTED, passed"
  })
  void dpop_byMode(
      Mode mode, String plain, String asBearer, String bare, String otherKey, String good) {
    Map<String, Object> bound = bound(true, false);
    String proof = proof(KEY, null);

    assertThat(outcome(Mode.OFF, mode, Map.of(), shown(false, null, null))).isEqualTo(plain);
    assertThat(outcome(Mode.OFF, mode, bound, shown(false, proof, null))).isEqualTo(asBearer);
    assertThat(outcome(Mode.OFF, mode, bound, shown(true, null, null))).isEqualTo(bare);
    assertThat(outcome(Mode.OFF, mode, bound, shown(true, proof(OTHER_KEY, null), null)))
        .isEqualTo(otherKey);
    assertThat(used).isEmpty();
    assertThat(outcome(Mode.OFF, mode, bound, shown(true, proof, null))).isEqualTo(good);
    // RFC 9449 section 7.2: the scheme alone binds nothing.
    assertThat(outcome(Mode.OFF, mode, Map.of(), shown(true, proof, null))).isEqualTo("REJECTED");
  }

  @ParameterizedTest
  @CsvSource({
    "IGNORE, passed, passed, passed, passed",
    "OFF, passed, REJECTED, REJECTED, REJECTED",
    "OPTIONAL, passed, REJECTED, REJECTED, passed",
    "STRICT, REJECTED, REJECTED, REJECTED, passed"
  })
  void certificate_byMode(Mode mode, String plain, String none, String other, String good) {
    Map<String, Object> bound = bound(false, true);
    Map<String, Object> toAnother = Map.of("cnf", Map.of("x5t#S256", "x".repeat(43)));

    assertThat(outcome(mode, Mode.OFF, Map.of(), shown(false, null, CERTIFICATE)))
        .isEqualTo(plain);
    assertThat(outcome(mode, Mode.OFF, bound, shown(false, null, null))).isEqualTo(none);
    assertThat(outcome(mode, Mode.OFF, toAnother, shown(false, null, CERTIFICATE)))
        .isEqualTo(other);
    assertThat(outcome(mode, Mode.OFF, bound, shown(false, null, CERTIFICATE))).isEqualTo(good);
  }

  @Test
  void bothStrict_demandBoth() {
    String proof = proof(KEY, null);

    assertThat(
            outcome(Mode.STRICT, Mode.STRICT, bound(true, true), shown(true, proof, CERTIFICATE)))
        .isEqualTo("passed");
    assertThat(outcome(Mode.STRICT, Mode.STRICT, bound(true, true), shown(true, proof, null)))
        .isEqualTo("REJECTED");
    assertThat(outcome(Mode.STRICT, Mode.STRICT, bound(true, true), shown(true, null, CERTIFICATE)))
        .isEqualTo("INVALID_DPOP_PROOF");
    assertThat(
            outcome(Mode.STRICT, Mode.STRICT, bound(true, false), shown(true, proof, CERTIFICATE)))
        .isEqualTo("REJECTED");
    assertThat(
            outcome(Mode.STRICT, Mode.STRICT, bound(false, true), shown(true, proof, CERTIFICATE)))
        .isEqualTo("REJECTED");
  }

  @Test
  void bothBindings_areBothChecked_whereOnlyOneIsOn() {
    Shown all = shown(true, proof(KEY, null), CERTIFICATE);

    assertThat(outcome(Mode.OFF, Mode.OPTIONAL, bound(true, true), all)).isEqualTo("REJECTED");
    assertThat(outcome(Mode.OPTIONAL, Mode.OFF, bound(true, true), all)).isEqualTo("REJECTED");
  }

  @Test
  void certificate_isNotAskedForWhereNoneIsNeeded() {
    Shown shown = new Shown(TOKEN, false, List::of, "GET", () -> URL, () -> {
      throw new IllegalStateException("asked");
    });

    assertThat(outcome(Mode.OPTIONAL, Mode.OPTIONAL, Map.of(), shown)).isEqualTo("passed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jwk", "jwe", "jku", "kid", "x5t", "x5t#S512", "jkt#S512", "of tomorrow"})
  void binding_thatIsNotUnderstood_isRefused_unlessItStandsBesideOneThatIs(String method) {
    Map<String, Object> alone = Map.of("cnf", Map.of(method, "x"));
    Map<String, Object> beside =
        Map.of("cnf", Map.of(method, "x", "x5t#S256", CERTIFICATE_THUMBPRINT));

    assertThat(outcome(Mode.OPTIONAL, Mode.OPTIONAL, alone, shown(false, null, CERTIFICATE)))
        .isEqualTo("REJECTED");
    assertThat(outcome(Mode.OPTIONAL, Mode.OPTIONAL, beside, shown(false, null, CERTIFICATE)))
        .isEqualTo("passed");
  }

  @Test
  void confirmation_thatIsNoObject_isRefused() {
    for (Object strange : List.of("x", 1, true, List.of(), List.of(Map.of("jkt", "x")))) {
      assertThat(outcome(
              Mode.OPTIONAL, Mode.OPTIONAL, Map.of("cnf", strange), shown(false, null, null)))
          .as(strange.toString())
          .isEqualTo("REJECTED");
    }
  }

  @Test
  void thumbprint_inAnyOtherForm_isRefused() {
    String hex = "0380ed2f626650c840b2f263e6d2b29fae12ab39ae5db32b25ad27efad72e6fd";
    for (Object strange : Arrays.asList(
        CERTIFICATE_THUMBPRINT + "=",
        " " + CERTIFICATE_THUMBPRINT,
        CERTIFICATE_THUMBPRINT + "\n",
        CERTIFICATE_THUMBPRINT.replace('2', '+'),
        CERTIFICATE_THUMBPRINT.substring(1),
        hex,
        "",
        7,
        List.of(CERTIFICATE_THUMBPRINT),
        null)) {
      for (String method : List.of("x5t#S256", "jkt")) {
        Map<String, Object> cnf = new HashMap<>();
        cnf.put(method, strange);
        for (Mode mode : Mode.values()) {
          assertThat(outcome(mode, mode, Map.of("cnf", cnf), shown(false, null, CERTIFICATE)))
              .as(mode + " " + method + " " + strange)
              .isEqualTo("REJECTED");
        }
      }
    }
  }

  @Test
  void nonce_isDemanded_ofAProofThatIsGoodInAllElse() {
    DpopNonces nonces = new DpopNonces(new byte[] {1}, LIFETIME, CLOCK);
    PossessionCheck check = check(Mode.OFF, Mode.STRICT, nonces);
    Map<String, Object> bound = bound(true, false);

    assertThat(outcome(check, bound, shown(true, proof(KEY, null), null)))
        .isEqualTo("USE_DPOP_NONCE");
    assertThat(outcome(check, bound, shown(true, proof(KEY, "another"), null)))
        .isEqualTo("USE_DPOP_NONCE");
    assertThat(outcome(check, bound, shown(true, proof(OTHER_KEY, null), null)))
        .isEqualTo("REJECTED");
    assertThat(used).isEmpty();
    assertThat(outcome(check, bound, shown(true, proof(KEY, nonces.make()), null)))
        .isEqualTo("passed");
    assertThat(used).containsExactly(List.of(KEY.thumbprint(), "one", URL));
  }

  @ParameterizedTest
  @CsvSource({"INVALID_DPOP_PROOF", "REPLAY_UNKNOWN"})
  void verdictOnReplay_isTheAnswer_andNeverOneOnTheToken(Kind verdict) {
    Function<List<String>, Kind> memory = parts -> verdict;
    PossessionCheck check =
        new PossessionCheck(Mode.OFF, Mode.OPTIONAL, LIFETIME, null, memory, CLOCK);

    assertThat(outcome(check, bound(true, false), shown(true, proof(KEY, null), null)))
        .isEqualTo(verdict.toString());
    assertThat(verdict.definite()).isFalse();
    assertThat(Kind.USE_DPOP_NONCE.definite()).isFalse();
  }
}
