package io.oidcgrant.examples.identity;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import java.net.MalformedURLException;
import java.net.URI;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Other issuers whose tokens may be exchanged (RFC 8693). Safe for concurrent use. */
final class TrustedIssuers {
  private static final int MOST = 50;
  private static final int MILLIS = 2000;
  private static final int BYTES = 65_536;
  private static final Set<JWSAlgorithm> ALGORITHMS = ProofVerification.algorithms();
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

  private final Map<String, TokenVerification> issuers = new ConcurrentHashMap<>();

  void add(Fields fields) {
    String issuer = fields.text("issuer", 2048);
    boolean remote = fields.has("jwks_uri");
    JWKSource<SecurityContext> keys = remote
        ? remote(fields.text("jwks_uri", 2048))
        : new ImmutableJWKSet<>(SigningKeys.foreign("jwks", fields.any("jwks")));
    fields.end();
    if (issuers.size() >= MOST && !issuers.containsKey(issuer)) {
      throw Problem.of(400, "there are " + MOST + " issuers already, which is the limit");
    }
    issuers.put(issuer, new TokenVerification(issuer, keys, ALGORITHMS));
  }

  /** The claims of a good token of one of them. */
  Optional<JWTClaimsSet> verify(String token) {
    try {
      // Only to find the issuer; the verification says whether it is true.
      String issuer = JWTParser.parse(token).getJWTClaimsSet().getIssuer();
      TokenVerification verification = issuer == null ? null : issuers.get(issuer);
      return verification == null ? Optional.empty() : verification.verify(token);
    } catch (ParseException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** Read anew for each token, so that a rotation is seen at once. */
  private static JWKSource<SecurityContext> remote(String text) {
    try {
      URI uri = new URI(text);
      if ("http".equals(uri.getScheme()) && LOOPBACK.contains(String.valueOf(uri.getHost()))) {
        return JWKSourceBuilder.<SecurityContext>create(
                uri.toURL(), new DefaultResourceRetriever(MILLIS, MILLIS, BYTES))
            .cache(false)
            .rateLimited(false)
            .refreshAheadCache(false)
            .build();
      }
    } catch (java.net.URISyntaxException | MalformedURLException e) {
      throw Problem.field("jwks_uri", "jwks_uri cannot be read");
    }
    throw Problem.field("jwks_uri", "jwks_uri must be http on loopback");
  }
}
