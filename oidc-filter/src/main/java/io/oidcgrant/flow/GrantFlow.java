package io.oidcgrant.flow;

import io.oidcgrant.authorize.Authorization;
import io.oidcgrant.authorize.StepUp;
import io.oidcgrant.clientauth.DpopProofs;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.credential.CredentialMethod;
import io.oidcgrant.credential.CredentialResolver;
import io.oidcgrant.credential.Finding;
import io.oidcgrant.credential.RequestView;
import io.oidcgrant.endpoint.TokenEndpointClient;
import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.propagate.Propagation;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Tokens;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The straight line from a request to its tokens: {@link #find} the credential, say what is
 * {@link #wanted}, take what is {@link #remembered} or {@link #fetch} it. Knows no servlets. Safe
 * for concurrent use.
 */
public final class GrantFlow {
  private static final Logger LOG = LoggerFactory.getLogger(GrantFlow.class);

  private static final List<String> BEARER_HEADERS =
      List.of("Authorization", "Access-Token", "X-Access-Token");

  private final OidcGrantConfig config;
  private final CredentialResolver resolver;
  private final CallerInputs inputs;
  private final CachingTokenSource source;
  private final @Nullable UserinfoTokenSource everyTime;
  private final Callers callers;
  private final @Nullable DpopProofs upstreamProofs;
  private final TokenMemory memory;
  private final byte[] policy;
  private final Authorization authorization;
  private final CallerPossession possession;
  private final Revocation revocation;
  private final InstantSource clock;
  private final GrantObserver observer;
  private final boolean skipsPreflight;

  private GrantFlow(
      OidcGrantConfig config,
      GrantRuntime runtime,
      @Nullable TokenEndpointClient custom,
      String identity) {
    TokenSources sources = new TokenSources(config, runtime, custom);
    this.config = config;
    this.clock = runtime.clock();
    this.observer = runtime.calls().observer();
    this.skipsPreflight = !config.runOnPreflight();
    this.inputs = new CallerInputs(config);
    this.resolver =
        new CredentialResolver(methods(config), config.credentialBodyLimit(), inputs::wantsBody);
    this.source = sources.remembering();
    this.everyTime = sources.everyTime();
    this.callers = new Callers(config);
    this.upstreamProofs = sources.upstreamProofs();
    this.memory = runtime.memory();
    this.policy = memory.hash().digest(FlowPolicy.parts(config, identity));
    this.authorization = authorization(config);
    this.possession = new CallerPossession(config, runtime);
    this.revocation = sources.revocation();
  }

  /** What an operator should know of his configuration; told once in each runtime. */
  public static List<String> warnings(OidcGrantConfig config) {
    return StartWarnings.of(config);
  }

  /**
   * Does at once what takes time, or may not succeed, so that {@link #create} can wait for the
   * first request: a gateway may have thousands.
   *
   * @throws io.oidcgrant.config.ConfigException if something of it cannot be used
   */
  public static void prepare(OidcGrantConfig config, GrantRuntime runtime) {
    String issuer = "issuer " + config.issuer() + ": ";
    String leftOut = issuer + "left out of auth_methods: " + config.methodsLeftOut();
    if (!config.methodsLeftOut().isEmpty() && runtime.isNews(leftOut)) {
      LOG.info(leftOut);
    }
    for (String warning : warnings(config)) {
      if (runtime.isNews(issuer + warning)) {
        LOG.warn(issuer + warning);
      }
    }
    CallerPossession.check(config, runtime);
    TokenSources.prepare(config, runtime);
  }

  /**
   * The whole of it, put together; after {@link #prepare}.
   *
   * @param custom another way to the token endpoint; null for HTTP
   * @param identity flows of one runtime with the same, one after the other, go on with what was
   *     remembered, unless what they would ask for is different
   */
  public static GrantFlow create(
      OidcGrantConfig config,
      GrantRuntime runtime,
      @Nullable TokenEndpointClient custom,
      String identity) {
    return new GrantFlow(config, runtime, custom, identity);
  }

  private static Authorization authorization(OidcGrantConfig config) {
    return new Authorization.Builder()
        .require("audience", config.audienceClaim(), config.audienceRequired())
        .require("scope", config.scopesClaim(), config.scopesRequired())
        .requireOfPerson("group", config.groupsClaim(), config.groupsRequired())
        .requireOfPerson("role", config.rolesClaim(), config.rolesRequired())
        .forbid(config.claimsForbidden())
        .domains(config.domains())
        .stepUp(new StepUp(config.maxAge(), config.leeway(), config.acrValues()))
        .build();
  }

  /** In Kong's fixed order, whatever order {@code auth_methods} has. */
  private static List<CredentialMethod> methods(OidcGrantConfig config) {
    List<CredentialMethod> methods = new ArrayList<>();
    if (config.takesTokens()) {
      methods.add(CredentialMethod.bearer(
          Set.copyOf(config.bearerTokenParamType()),
          config.bearerTokenHeaderName().map(List::of).orElse(BEARER_HEADERS),
          !config.proofOfPossessionDpop().equals("off"),
          config.bearerTokenCookieName().orElse(null)));
    }
    if (config.authMethods().contains("refresh_token")) {
      methods.add(CredentialMethod.refreshToken(
          Set.copyOf(config.refreshTokenParamType()),
          config.refreshTokenParamName().orElseThrow()));
    }
    if (config.authMethods().contains("password")) {
      methods.add(CredentialMethod.password(Set.copyOf(config.passwordParamType())));
    }
    if (config.authMethods().contains("client_credentials")) {
      methods.add(
          CredentialMethod.clientCredentials(Set.copyOf(config.clientCredentialsParamType())));
    }
    return methods;
  }

  /** Whether a request goes on without a look at it. */
  public boolean skips(RequestView request) {
    return skipsPreflight && request.method().equals("OPTIONS");
  }

  /** The credential; with it is hidden what came beside it. */
  public Finding find(RequestView request) {
    Finding finding = resolver.resolve(request);
    IdTokenPlace place = inputs.idTokenPlace();
    return place != null
            && finding instanceof Finding.Found found
            && found.credential() instanceof Credential.AccessToken
        ? new Finding.Found(
            found.credential(),
            found.hiding().and(place.hiding()),
            found.place(),
            found.inQuery() || place.inQuery(request))
        : finding;
  }

  /**
   * What is to be had for a found credential.
   *
   * @throws io.oidcgrant.protocol.GrantException if the request says ambiguously what is to be
   *     copied from it
   */
  public Wanted wanted(Finding.Found found, RequestView request) {
    GrantRequest grant = inputs.read(found.credential(), request);
    Credential credential = found.credential();
    return new Wanted(
        memory
            .hash()
            .key(
                policy,
                credential.method(),
                credential.identifier(),
                credential.proof().reveal(),
                inputs.parts(grant)),
        grant);
  }

  /** Tokens at hand, or null. Neither blocks nor parses. */
  public @Nullable Tokens remembered(Wanted wanted) {
    return everyTime == null ? source.remembered(wanted) : null;
  }

  /**
   * Tokens, asked for once for all who wait; fails with a
   * {@link io.oidcgrant.protocol.GrantException}.
   *
   * @param request whose trace the calls of the issuer carry
   */
  public CompletionStage<Tokens> fetch(Wanted wanted, RequestView request) {
    UserinfoTokenSource also = everyTime;
    // A renewal in the background is nobody's request.
    Tokens known = also == null ? null : source.remembered(wanted);
    Wanted caused = wanted.by(request);
    CompletionStage<Tokens> tokens =
        known == null ? source.tokens(caused) : CompletableFuture.completedFuture(known);
    return also == null ? tokens : tokens.thenCompose(found -> also.added(caused.request(), found));
  }

  /**
   * Who may go on with these tokens: the rules of this flow, on every request.
   *
   * @throws io.oidcgrant.protocol.GrantException if nobody may
   */
  public Caller admit(Finding.Found found, RequestView request, Tokens tokens) {
    if (found.credential() instanceof Credential.AccessToken presented) {
      possession.check(presented, request, tokens);
    }
    authorization.refuses(tokens, clock.instant()).ifPresent(failure -> {
      throw failure.toException();
    });
    return callers.of(tokens);
  }

  /** Who goes on although he has no tokens; empty where nobody does. */
  public Optional<Caller> despite(Failure failure) {
    boolean verdict = failure.kind().status() == 401 || failure.kind().status() == 403;
    return failure.kind() == Kind.NO_CREDENTIAL || (config.kongCompatible() && verdict)
        ? callers.anonymous()
        : Optional.empty();
  }

  /**
   * Headers, folded, that must not go on beside those of the credential.
   *
   * @param credential null where there is none
   */
  public Set<String> hidden(@Nullable Credential credential, RequestView request) {
    return possession.hidden(credential, request);
  }

  /** A nonce for a caller's next proof; null where none is needed. */
  public @Nullable String newNonce() {
    return possession.newNonce();
  }

  /**
   * Ends at the issuer what a credential brought, the refresh token where there is one (RFC 7009),
   * and forgets it. Fails with a {@link io.oidcgrant.protocol.GrantException}.
   */
  public CompletionStage<@Nullable Void> revoke(Wanted wanted, Tokens tokens, RequestView request) {
    memory.cache().forget(wanted.key());
    return revocation.revoke(wanted.by(request).request(), tokens);
  }

  /** Hears of what this flow does. */
  public GrantObserver observer() {
    return observer;
  }

  /** What proves these tokens to the upstream; null where they go without a proof. */
  public @Nullable DpopProofs upstreamProofs(Tokens tokens) {
    return propagation().proves(tokens) ? upstreamProofs : null;
  }

  public Propagation propagation() {
    return callers.propagation();
  }
}
