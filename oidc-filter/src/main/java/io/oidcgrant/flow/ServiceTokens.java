package io.oidcgrant.flow;

import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.AccessTokenType;
import io.oidcgrant.clientauth.DpopProofs;
import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.credential.RequestView;
import io.oidcgrant.endpoint.TokenEndpointClient;
import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.propagate.Propagation;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.TokenPart;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.verify.TokenVerifier;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Tokens with which the gateway itself comes to an upstream: fetched once for all who wait,
 * remembered until shortly before their end. They are for the upstream to verify. Knows no
 * servlets. Safe for concurrent use.
 */
public final class ServiceTokens {
  private static final Duration RENEWAL = Duration.ofSeconds(10);
  private static final long LONGEST_LIFETIME = 366L * 86_400;

  private final UpstreamOAuthConfig config;
  private final TokenMemory memory;
  private final byte[] policy;
  private final TokenSource<TokenAnswer> endpoint;
  private final CachingTokenSource source;
  private final Propagation propagation;
  private final @Nullable DpopProofs upstreamProofs;
  private final InstantSource clock;
  private final GrantObserver observer;

  private ServiceTokens(
      UpstreamOAuthConfig config, GrantRuntime runtime, @Nullable TokenEndpointClient custom) {
    TokenSources sources = new TokenSources(config.requests(), runtime, custom);
    this.config = config;
    this.memory = runtime.memory();
    this.clock = runtime.clock();
    this.observer = runtime.calls().observer();
    this.policy = memory.hash().digest(policy(config));
    this.endpoint = sources.endpoint();
    this.source = new CachingTokenSource(
        this::ask,
        memory,
        clock,
        observer,
        new CachingTokenSource.Settings(
            true, config.requests().negativeTtl(), config.requests().timeout()));
    this.propagation = propagation(config);
    this.upstreamProofs = sources.upstreamProofs();
  }

  /** As {@link GrantFlow#prepare}. */
  public static void prepare(UpstreamOAuthConfig config, GrantRuntime runtime) {
    TokenSources.prepare(config.requests(), runtime);
  }

  /**
   * Puts it together.
   *
   * @param custom another way to the token endpoint; null for HTTP
   */
  public static ServiceTokens create(
      UpstreamOAuthConfig config, GrantRuntime runtime, @Nullable TokenEndpointClient custom) {
    return new ServiceTokens(config, runtime, custom);
  }

  /** Plugins that ask for the same tokens in the same way share them. */
  private static List<String> policy(UpstreamOAuthConfig config) {
    List<String> parts = new ArrayList<>(FlowPolicy.salted(config.requests(), "upstream-oauth"));
    parts.addAll(List.of(
        config.grantType(),
        config.eagerlyExpire().toString(),
        config.defaultTtl().toString()));
    return parts;
  }

  private static Propagation propagation(UpstreamOAuthConfig config) {
    Propagation.Builder builder = new Propagation.Builder()
        .upstream(config.headerName() + ":bearer", TokenPart.ACCESS_TOKEN, List.of());
    if (config.upstreamDpop()) {
      builder.withProofs();
    } else if (config.headerName().equalsIgnoreCase("Authorization")) {
      builder.withoutProofs();
    }
    return builder.build();
  }

  /**
   * The tokens that a request needs.
   *
   * @param subject the caller's own access token, for {@code token_exchange}
   * @throws io.oidcgrant.protocol.GrantException if it is needed and not there
   */
  public Wanted wanted(@Nullable Secret subject) {
    Credential credential = switch (config.grantType()) {
      case "password" ->
        new Credential.Password(
            config.username().map(Secret::reveal).orElseThrow(),
            config.password().orElseThrow());
      case "token_exchange" -> {
        if (subject == null) {
          throw Failure.of(Kind.NO_CREDENTIAL, "no access token to be exchanged")
              .toException();
        }
        yield new Credential.SubjectToken(subject, config.requests().scopes(), config.audience());
      }
      default -> new Credential.OwnClient(config.audience());
    };
    return new Wanted(
        memory
            .hash()
            .key(
                policy,
                credential.method(),
                credential.identifier(),
                credential.proof().reveal(),
                config.audience()),
        new GrantRequest(credential, 0, Map.of(), null));
  }

  private CompletionStage<Tokens> ask(GrantRequest request) {
    Instant asked = clock.instant();
    return endpoint.tokens(request).thenApply(answer -> assemble(answer, asked));
  }

  private Tokens assemble(TokenAnswer answer, Instant asked) {
    AccessToken token = answer.response().getTokens().getAccessToken();
    AccessTokenType wanted =
        config.requests().tokenEndpointDpop() ? AccessTokenType.DPOP : AccessTokenType.BEARER;
    if (!wanted.equals(token.getType())) {
      throw Failure.of(
              Kind.ANSWER_UNUSABLE, "the token is of type " + token.getType() + ", not " + wanted)
          .toException();
    }
    String value = VerifyingTokenSource.visible("access token", token.getValue());
    long stated = token.getLifetime();
    Duration life = stated == 0
        ? config.defaultTtl()
        : Duration.ofSeconds(Math.max(0, Math.min(stated, LONGEST_LIFETIME)));
    Instant end = TokenVerifier.unverifiedExpiry(value)
        .filter(own -> own.isBefore(asked.plus(life)))
        .orElse(asked.plus(life))
        .minus(config.eagerlyExpire());
    Duration left = Duration.between(clock.instant(), end);
    return Tokens.builder(Secret.of(value))
        .expiresAt(end)
        .renewAt(end.minus(left.dividedBy(2).compareTo(RENEWAL) < 0 ? left.dividedBy(2) : RENEWAL))
        .reusable(stated >= 0 && !left.isNegative() && !left.isZero())
        .boundToOurKey(config.requests().tokenEndpointDpop())
        .build();
  }

  /** Tokens at hand, or null. Neither blocks nor parses. */
  public @Nullable Tokens remembered(Wanted wanted) {
    return source.remembered(wanted);
  }

  /**
   * Tokens, asked for once for all who wait; fails with a
   * {@link io.oidcgrant.protocol.GrantException}.
   *
   * @param request whose trace the calls of the issuer carry
   */
  public CompletionStage<Tokens> fetch(Wanted wanted, RequestView request) {
    return source.tokens(wanted.by(request));
  }

  /** Does not use these very tokens again. */
  public void drop(Wanted wanted, Tokens tokens) {
    source.drop(wanted, tokens);
  }

  /** Hears of what is done with these tokens. */
  public GrantObserver observer() {
    return observer;
  }

  public Propagation propagation() {
    return propagation;
  }

  /** What proves these tokens to the upstream; null where they go without a proof. */
  public @Nullable DpopProofs upstreamProofs(Tokens tokens) {
    return propagation.proves(tokens) ? upstreamProofs : null;
  }
}
