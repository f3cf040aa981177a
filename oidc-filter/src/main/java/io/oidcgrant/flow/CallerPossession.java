package io.oidcgrant.flow;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.oidcgrant.cache.CacheKey;
import io.oidcgrant.cache.KeyedHash;
import io.oidcgrant.cache.ReplayMemory;
import io.oidcgrant.config.CertificateHeaderSettings;
import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Cookies;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.credential.HeaderNames;
import io.oidcgrant.credential.RequestView;
import io.oidcgrant.http.Pem;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.verify.CertificateHeader;
import io.oidcgrant.verify.DpopNonces;
import io.oidcgrant.verify.PossessionCheck;
import io.oidcgrant.verify.PossessionCheck.Mode;
import io.oidcgrant.verify.PossessionCheck.Shown;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Proof of possession of the tokens that callers bring, as configured. Safe for concurrent use. */
final class CallerPossession {
  private static final int CERTIFICATES = 1000;
  private static final byte[] NO_POLICY = {};

  private final PossessionCheck check;
  private final @Nullable DpopNonces nonces;
  private final Optional<CertificateHeaderSettings> header;
  private final @Nullable CertificateHeader certificates;
  private final @Nullable Cache<CacheKey, X509Certificate> believed;
  private final TrustedPeers trusted;
  private final GrantRuntime runtime;
  private final Set<String> hidden;
  private final Optional<String> sessionCookie;
  private final String sessionClaim;

  CallerPossession(OidcGrantConfig config, GrantRuntime runtime) {
    this.runtime = runtime;
    this.sessionCookie = config.jwtSessionCookie();
    this.sessionClaim = config.jwtSessionClaim();
    this.trusted = runtime.trusted(config);
    this.header = config.proofOfPossessionMtlsFromHeader();
    this.certificates = header
        .map(settings -> new CertificateHeader(
            settings.urlEncoded(),
            settings.anchors().stream()
                .flatMap(pem -> Pem.certificates(pem).stream())
                .toList(),
            settings.partialChain()))
        .orElse(null);
    this.believed = header
        .map(settings -> Caffeine.newBuilder()
            .maximumSize(CERTIFICATES)
            .expireAfterWrite(settings.cacheLife())
            .<CacheKey, X509Certificate>build())
        .orElse(null);
    boolean kong = config.kongCompatible();
    Mode dpop = mode(config.proofOfPossessionDpop(), kong);
    Duration lifetime = config.dpopProofLifetime();
    this.nonces = config.dpopUseNonce()
        ? new DpopNonces(nonceKey(config, runtime.memory().hash()), lifetime, runtime.clock())
        : null;
    boolean checked = !config.proofOfPossessionDpop().equals("off");
    ReplayMemory used = checked ? runtime.usedProofs(PossessionCheck.window(lifetime)) : null;
    this.check = new PossessionCheck(
        mode(config.proofOfPossessionMtls(), kong),
        dpop,
        lifetime,
        nonces,
        parts -> use(used, parts),
        runtime.clock());
    this.hidden = checked ? Set.of("dpop") : Set.of();
  }

  /**
   * Whether it can be put together.
   *
   * @throws ConfigException if it cannot
   */
  static void check(OidcGrantConfig config, GrantRuntime runtime) {
    untrusted(config, runtime.trusted(config)).ifPresent(wrong -> {
      throw new ConfigException(
          List.of(new ConfigProblem("filter", 0, "proof_of_possession_mtls_from_header", wrong)));
    });
  }

  /** Why nobody could prove himself; empty where somebody can. */
  static Optional<String> untrusted(OidcGrantConfig config, TrustedPeers trusted) {
    return config
        .proofOfPossessionMtlsFromHeader()
        .filter(header -> header.trustedPeersOnly() && trusted.isEmpty())
        .map(
            header ->
                "no peer is trusted to send it: set trusted_ips (in the proxy --trusted-ips), or secure_source: false");
  }

  private static Mode mode(String written, boolean kongCompatible) {
    Mode mode = Mode.valueOf(written.toUpperCase(Locale.ROOT));
    return mode == Mode.OFF && kongCompatible ? Mode.IGNORE : mode;
  }

  /** The same on every node that has the same salt; else this process's own. */
  private static byte[] nonceKey(OidcGrantConfig config, KeyedHash hash) {
    return config
        .cacheTokensSalt()
        .map(Secret::reveal)
        .map(salt -> ("dpop nonce " + salt).getBytes(StandardCharsets.UTF_8))
        .orElseGet(() -> hash.digest(List.of("dpop nonce")));
  }

  private @Nullable Kind use(@Nullable ReplayMemory used, List<String> parts) {
    if (used == null) {
      return null;
    }
    ReplayMemory.Use use = used.use(runtime
        .memory()
        .hash()
        .key(NO_POLICY, "dpop", parts.get(0), parts.get(1), List.of(parts.get(2))));
    return switch (use) {
      case FIRST -> null;
      case AGAIN -> Kind.INVALID_DPOP_PROOF;
      case UNKNOWN -> Kind.REPLAY_UNKNOWN;
    };
  }

  /**
   * Checks a caller who brought his token.
   *
   * @throws io.oidcgrant.protocol.GrantException if he does not hold what it is bound to
   */
  void check(Credential.AccessToken presented, RequestView request, Tokens tokens) {
    check.check(
        tokens.binding(),
        new Shown(
            presented.token().reveal(),
            presented.dpop(),
            () -> request.headers("DPoP"),
            request.method(),
            () -> request.url(trusted),
            () -> certificate(request)));
    sessionCookie.ifPresent(name -> {
      List<String> values = Cookies.values(request, name);
      if (values.size() != 1 || !values.get(0).equals(tokens.binding().get(sessionClaim))) {
        throw Failure.of(Kind.REJECTED, "the access token is not of the session of the cookie")
            .toException();
      }
    });
  }

  private Optional<X509Certificate> certificate(RequestView request) {
    if (certificates == null || believed == null || header.isEmpty()) {
      return request.tlsCertificate();
    }
    CertificateHeaderSettings settings = header.get();
    if (settings.trustedPeersOnly() && !trusted.contains(request.remoteAddress())) {
      throw Failure.of(Kind.REJECTED, "client certificate: the peer is not one of trusted_ips")
          .toException();
    }
    List<String> lines = request.headers(settings.name());
    Instant now = runtime.clock().instant();
    if (lines.size() != 1) {
      return Optional.of(certificates.certificate(lines, now));
    }
    // By its hash: the values of a thousand headers may be large.
    CacheKey key = runtime.memory().hash().key(NO_POLICY, "certificate", lines.get(0), "", null);
    X509Certificate known = believed.getIfPresent(key);
    if (known != null && !known.getNotAfter().toInstant().isBefore(now)) {
      return Optional.of(known);
    }
    X509Certificate certificate = certificates.certificate(lines, now);
    believed.put(key, certificate);
    return Optional.of(certificate);
  }

  /**
   * Headers, folded, that do not go upstream: a proof that has done its duty, and a certificate
   * that nobody vouches for.
   */
  Set<String> hidden(@Nullable Credential credential, RequestView request) {
    boolean strange = header.isPresent()
        && header.get().trustedPeersOnly()
        && !trusted.contains(request.remoteAddress());
    Set<String> proof = credential instanceof Credential.AccessToken ? hidden : Set.of();
    if (!strange) {
      return proof;
    }
    Set<String> both = new HashSet<>(proof);
    both.add(HeaderNames.folded(header.get().name()));
    return both;
  }

  /** A nonce for the next proof; null where none is needed. */
  @Nullable String newNonce() {
    return nonces == null ? null : nonces.make();
  }
}
