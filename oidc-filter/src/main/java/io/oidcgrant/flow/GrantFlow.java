package io.oidcgrant.flow;

import com.nimbusds.jose.JWSAlgorithm;
import io.oidcgrant.authorize.Authorization;
import io.oidcgrant.clientauth.DpopProofs;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.credential.CredentialMethod;
import io.oidcgrant.credential.CredentialResolver;
import io.oidcgrant.credential.Finding;
import io.oidcgrant.credential.RequestView;
import io.oidcgrant.endpoint.HttpTokenEndpointClient;
import io.oidcgrant.endpoint.TokenEndpointClient;
import io.oidcgrant.endpoint.TokenQueries;
import io.oidcgrant.http.IdpClient;
import io.oidcgrant.issuer.RemoteIssuer;
import io.oidcgrant.jose.SigningKey;
import io.oidcgrant.propagate.Propagation;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.verify.TokenVerifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The straight line from a request to its tokens: {@link #find} the credential, say what is
 * {@link #wanted}, take what is {@link #remembered} or {@link #fetch} it. Knows no servlets. Safe
 * for concurrent use.
 */
public final class GrantFlow {

  private static final List<String> BEARER_HEADERS =
      List.of("Authorization", "Access-Token", "X-Access-Token");

  private final CredentialResolver resolver;
  private final CallerInputs inputs;
  private final CachingTokenSource source;
  private final Propagation propagation;
  private final @Nullable DpopProofs upstreamProofs;
  private final TokenMemory memory;
  private final byte[] policy;
  private final Authorization authorization;
  private final CallerPossession possession;
  private final Revocation revocation;

  private GrantFlow(
      CredentialResolver resolver,
      CallerInputs inputs,
      CachingTokenSource source,
      Propagation propagation,
      @Nullable DpopProofs upstreamProofs,
      TokenMemory memory,
      byte[] policy,
      Authorization authorization,
      CallerPossession possession,
      Revocation revocation) {
    this.resolver = resolver;
    this.inputs = inputs;
    this.source = source;
    this.propagation = propagation;
    this.upstreamProofs = upstreamProofs;
    this.memory = memory;
    this.policy = policy;
    this.authorization = authorization;
    this.possession = possession;
    this.revocation = revocation;
  }

  /**
   * The whole of it, put together.
   *
   * @param custom another way to the token endpoint; null for HTTP
   */
  public static GrantFlow create(
      OidcGrantConfig config, GrantRuntime runtime, @Nullable TokenEndpointClient custom) {
    StartWarnings.log(config);
    RemoteIssuer issuer = runtime.issuer(config);
    IdpClient endpoints = runtime.endpointClient(config);
    TokenEndpointClient client = custom != null ? custom : new HttpTokenEndpointClient(endpoints);
    ClientProofs proofs = new ClientProofs(
        config, runtime.clientKeys(config), config.tlsClientAuth().isPresent(), runtime.clock());
    proofs.prepare();
    DpopProofs dpop = config.tokenEndpointDpop() ? dpop(config, runtime) : null;
    EndpointTokenSource endpoint = new EndpointTokenSource(config, issuer, client, proofs, dpop);
    TokenVerifier verifier = new TokenVerifier(
        new TokenVerifier.Rules(
            config.verifySignature(),
            config.verifyClaims(),
            config.leeway(),
            Set.copyOf(config.audience())),
        runtime.clock(),
        issuer.keys()::current,
        issuer.keys()::newerThan);
    VerifyingTokenSource verifying = new VerifyingTokenSource(
        config,
        endpoint,
        verifier,
        new OwnPossession(dpop == null ? null : dpop.thumbprint(), endpoints::identity),
        runtime.clock());
    TokenQueries queries = new TokenQueries(endpoints);
    TokenSource<Tokens> presented = presented(
        config,
        new PresentedTokenSource(config, issuer, verifier, runtime.clock()),
        new IntrospectedTokenSource(config, issuer, queries, proofs, verifier, runtime.clock()),
        verifier);
    CachingTokenSource caching = new CachingTokenSource(
        request -> request.credential() instanceof Credential.AccessToken
            ? presented.tokens(request)
            : verifying.tokens(request),
        runtime.memory(),
        runtime.clock(),
        new CachingTokenSource.Settings(
            config.cacheTokens(), config.negativeTtl(), config.timeout()));
    CallerInputs inputs = new CallerInputs(
        config.tokenPostArgsClient(),
        config.tokenHeadersClient(),
        new ClientChoice(config.clients(), config.clientArg()));
    return new GrantFlow(
        new CredentialResolver(methods(config), config.credentialBodyLimit(), inputs::wantsBody),
        inputs,
        caching,
        propagation(config),
        config.upstreamDpop() && dpop != null ? dpop.forOtherServers() : null,
        runtime.memory(),
        runtime.memory().hash().digest(FlowPolicy.parts(config)),
        new Authorization.Builder()
            .require("audience", config.audienceClaim(), config.audienceRequired())
            .require("scope", config.scopesClaim(), config.scopesRequired())
            .require("group", config.groupsClaim(), config.groupsRequired())
            .require("role", config.rolesClaim(), config.rolesRequired())
            .forbid(config.claimsForbidden())
            .build(),
        new CallerPossession(config, runtime),
        new Revocation(config, issuer, queries, proofs));
  }

  /** A JWT is verified here where {@code bearer} is on; what is left, the issuer is asked about. */
  private static TokenSource<Tokens> presented(
      OidcGrantConfig config,
      TokenSource<Tokens> verified,
      TokenSource<Tokens> introspected,
      TokenVerifier verifier) {
    if (!config.authMethods().contains("introspection")) {
      return verified;
    }
    if (!config.authMethods().contains("bearer")) {
      return introspected;
    }
    return request -> verifier.isJwt(request.credential().proof().reveal())
        ? verified.tokens(request)
        : introspected.tokens(request);
  }

  private static Propagation propagation(OidcGrantConfig config) {
    Propagation.Names upstream = new Propagation.Names(
        config.upstreamAccessTokenHeader(),
        config.upstreamRefreshTokenHeader(),
        config.upstreamIdTokenHeader());
    Propagation.Names downstream = new Propagation.Names(
        config.downstreamAccessTokenHeader(),
        config.downstreamRefreshTokenHeader(),
        config.downstreamIdTokenHeader());
    return config.upstreamDpop()
        ? Propagation.withProofs(upstream, downstream)
        : Propagation.of(upstream, downstream);
  }

  private static DpopProofs dpop(OidcGrantConfig config, GrantRuntime runtime) {
    SigningKey key = config
        .dpopJwk()
        .map(jwk -> SigningKey.of(jwk, SigningKey.algorithmOf(jwk)))
        .orElseGet(() -> SigningKey.generate(JWSAlgorithm.ES256));
    return new DpopProofs(key, runtime.clock());
  }

  /** In Kong's fixed order, whatever order {@code auth_methods} has. */
  private static List<CredentialMethod> methods(OidcGrantConfig config) {
    List<CredentialMethod> methods = new ArrayList<>();
    if (config.authMethods().contains("bearer") || config.authMethods().contains("introspection")) {
      methods.add(CredentialMethod.bearer(
          Set.copyOf(config.bearerTokenParamType()),
          config.bearerTokenHeaderName().map(List::of).orElse(BEARER_HEADERS),
          !config.proofOfPossessionDpop().equals("off")));
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

  public Finding find(RequestView request) {
    return resolver.resolve(request);
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
    return source.remembered(wanted);
  }

  /**
   * Tokens, asked for once for all who wait; fails with a
   * {@link io.oidcgrant.protocol.GrantException}.
   */
  public CompletionStage<Tokens> fetch(Wanted wanted) {
    return source.tokens(wanted);
  }

  /**
   * Whether a request with these tokens may go on: the rules of this flow, on every request.
   *
   * @throws io.oidcgrant.protocol.GrantException if it may not
   */
  public void admit(Finding.Found found, RequestView request, Tokens tokens) {
    if (found.credential() instanceof Credential.AccessToken presented) {
      possession.check(presented, request, tokens);
    }
    authorization.refuses(tokens.claims()).ifPresent(failure -> {
      throw failure.toException();
    });
  }

  /** Headers, folded, that must not go on beside those of the credential. */
  public Set<String> hidden(Finding.Found found, RequestView request) {
    return possession.hidden(found.credential(), request);
  }

  /** A nonce for a caller's next proof; null where none is needed. */
  public @Nullable String newNonce() {
    return possession.newNonce();
  }

  /**
   * Ends at the issuer what a credential brought, the refresh token where there is one (RFC 7009),
   * and forgets it. Fails with a {@link io.oidcgrant.protocol.GrantException}.
   */
  public CompletionStage<@Nullable Void> revoke(Wanted wanted, Tokens tokens) {
    memory.cache().forget(wanted.key());
    return revocation.revoke(wanted.request(), tokens);
  }

  /** What proves these tokens to the upstream; null where they go without a proof. */
  public @Nullable DpopProofs upstreamProofs(Tokens tokens) {
    return propagation.proves(tokens) ? upstreamProofs : null;
  }

  public Propagation propagation() {
    return propagation;
  }
}
