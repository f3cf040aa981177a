package io.oidcgrant.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.verify.Wycheproof.Vector;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Project Wycheproof's signatures and keys: each key is the issuer's key set, each signature that
 * of a token that a caller brings. Payloads there are no claims, so these are not looked at.
 */
@Timeout(120)
class WycheproofIT {
  private static final String WHAT = "access token";

  /** Valid by RFC 7515, and refused on purpose. */
  private static final Map<String, Set<Integer>> REFUSED_SIGNATURES = Map.of(
      "an HMAC key is no public key",
      Set.of(1, 348, 352, 357, 358, 359, 372, 373, 376, 377),
      "an empty payload holds no claims",
      Set.of(259, 264, 268, 272, 320, 325),
      "the key is for PS256, the token says PS384",
      Set.of(346, 350),
      "the key is for ES521, which is no algorithm; the token says ES512",
      Set.of(347, 351));

  private static final Map<String, Set<Integer>> REFUSED_KEYS =
      Map.of("an HMAC key is no public key", Set.of(2, 13, 14, 15));

  private final PublishedKeys published = new PublishedKeys();

  WycheproofIT() throws IOException {}

  @AfterEach
  void stop() {
    published.close();
  }

  static Stream<Arguments> files() {
    return Stream.of(
        Arguments.of("wycheproof-jws.txt", 180, REFUSED_SIGNATURES),
        Arguments.of("wycheproof-jwk.txt", 26, REFUSED_KEYS));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void vector_isAccepted_whereItIsValid_exceptOnPurpose(
      String file, int size, Map<String, Set<Integer>> refused) throws IOException {
    List<Vector> vectors = Wycheproof.read(file);
    Map<String, JWKSet> keys = vectors.stream()
        .map(Vector::keys)
        .distinct()
        .collect(Collectors.toMap(text -> text, published::fetched));
    List<Vector> accepted =
        vectors.stream().filter(one -> accepts(one, keys.get(one.keys()))).toList();

    assertThat(vectors).hasSize(size);
    assertThat(accepted).filteredOn(one -> !one.valid()).isEmpty();
    assertThat(vectors)
        .filteredOn(one -> one.valid() && !accepted.contains(one))
        .extracting(Vector::number)
        .containsExactlyInAnyOrderElementsOf(
            refused.values().stream().flatMap(Set::stream).toList());
  }

  private static boolean accepts(Vector vector, JWKSet keys) {
    try {
      SignedJWT token = TokenVerifier.parse(WHAT, vector.token(), Set.of("jwt"));
      var unused = new SignatureCheck(issuer -> List.of(KeySource.fixed(keys)), issuer -> List.of())
          .verify(token, WHAT, SignedTokens.ISSUER)
          .toCompletableFuture()
          .join();
      return true;
    } catch (GrantException | CompletionException e) {
      assertThat(GrantException.failureOf(e).kind())
          .as(vector.toString())
          .isEqualTo(Kind.ANSWER_UNUSABLE);
      return false;
    }
  }

  @Test
  void vector_asAWholeToken_isRefused_orOpaque() throws IOException {
    for (Vector vector : Wycheproof.read("wycheproof-jws.txt")) {
      JWKSet none = new JWKSet();
      TokenVerifier verifier = new TokenVerifier(
          new TokenVerifier.Rules(true, false, Duration.ZERO, List.of()),
          InstantSource.fixed(SignedTokens.NOW),
          TokenVerifier.Keys.of(KeySource.fixed(none)));
      String outcome = SignedTokens.detailOf(
          verifier.accessToken(vector.token(), List.of(), false),
          good -> "opaque: " + good.claims());

      assertThat(outcome)
          .as(vector.toString())
          .startsWith(verifier.isJwt(vector.token()) ? "ANSWER_UNUSABLE: " : "opaque: {}");
    }
  }
}
