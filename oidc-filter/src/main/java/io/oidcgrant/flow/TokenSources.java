package io.oidcgrant.flow;

import com.nimbusds.jose.JWSAlgorithm;
import io.oidcgrant.clientauth.DpopProofs;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.endpoint.HttpTokenEndpointClient;
import io.oidcgrant.endpoint.TokenEndpointClient;
import io.oidcgrant.endpoint.TokenQueries;
import io.oidcgrant.http.IdpClient;
import io.oidcgrant.issuer.RemoteIssuer;
import io.oidcgrant.jose.SigningKey;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.verify.TokenVerifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Where the tokens of one configuration come from: its layers put together. */
final class TokenSources {
  private final OidcGrantConfig config;
  private final GrantRuntime runtime;
  private final RemoteIssuer issuer;
  private final TokenQueries queries;
  private final ClientProofs proofs;
  private final TokenVerifier verifier;
  private final EndpointTokenSource endpoint;
  private final OwnPossession possession;
  private final @Nullable DpopProofs dpop;
  private final UserinfoTokenSource userInfo;

  /**
   * Prepares them.
   *
   * @param custom another way to the token endpoint; null for HTTP
   */
  TokenSources(OidcGrantConfig config, GrantRuntime runtime, @Nullable TokenEndpointClient custom) {
    this.config = config;
    this.runtime = runtime;
    this.issuer = runtime.issuer(config);
    IdpClient endpoints = runtime.endpointClient(config);
    this.queries = new TokenQueries(endpoints, runtime.calls());
    this.proofs = proofs(config, runtime);
    this.dpop = config.tokenEndpointDpop() ? dpop(config, runtime) : null;
    this.endpoint = new EndpointTokenSource(
        config,
        issuer,
        custom != null ? through(custom) : new HttpTokenEndpointClient(endpoints)::send,
        runtime.calls(),
        proofs,
        dpop);
    TrustedKeys keys = new TrustedKeys(config, issuer, runtime);
    this.verifier = new TokenVerifier(keys.rules(), runtime.clock(), keys.keys());
    this.possession =
        new OwnPossession(dpop == null ? null : dpop.thumbprint(), endpoints::identity);
    this.userInfo =
        new UserinfoTokenSource(config, issuer, queries, verifier, dpop, runtime.clock());
  }

  /**
   * Does at once what takes time, or may not succeed: asks for the issuer and its keys, reads the
   * certificates, makes the keys with which the client signs.
   *
   * @throws io.oidcgrant.config.ConfigException if something of it cannot be used
   */
  static void prepare(OidcGrantConfig config, GrantRuntime runtime) {
    RemoteIssuer issuer = runtime.issuer(config);
    IdpClient unused = runtime.endpointClient(config);
    proofs(config, runtime).prepare();
    TrustedKeys.ask(config, issuer, runtime);
  }

  private static ClientProofs proofs(OidcGrantConfig config, GrantRuntime runtime) {
    return new ClientProofs(
        config, runtime.clientKeys(config), config.tlsClientAuth().isPresent(), runtime.clock());
  }

  private static EndpointTokenSource.Sender through(TokenEndpointClient custom) {
    return (request, headers, call) -> call.send(
        "POST", request.getEndpointURI(), trace -> custom.send(request, with(trace, headers)));
  }

  private static Map<String, String> with(Map<String, String> trace, Map<String, String> headers) {
    if (trace.isEmpty()) {
      return headers;
    }
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.keySet().removeIf(name -> trace.containsKey(name.toLowerCase(Locale.ROOT)));
    all.putAll(trace);
    return all;
  }

  private static DpopProofs dpop(OidcGrantConfig config, GrantRuntime runtime) {
    SigningKey key = config
        .dpopJwk()
        .map(jwk -> SigningKey.of(jwk, SigningKey.algorithmOf(jwk)))
        .orElseGet(() -> SigningKey.generate(JWSAlgorithm.ES256));
    return new DpopProofs(key, runtime.clock());
  }

  /** The token endpoint alone. */
  TokenSource<TokenAnswer> endpoint() {
    return endpoint;
  }

  Revocation revocation() {
    return new Revocation(config, issuer, queries, proofs);
  }

  /** Proofs for the upstream; null where tokens go without. */
  @Nullable DpopProofs upstreamProofs() {
    return config.upstreamDpop() && dpop != null ? dpop.forOtherServers() : null;
  }

  /** What is asked of the issuer on every request, whatever is remembered; null for nothing. */
  @Nullable UserinfoTokenSource everyTime() {
    return config.searchUserInfo() && !config.cacheUserInfo() ? userInfo : null;
  }

  /** The whole, with its memory. */
  CachingTokenSource remembering() {
    TokenSource<Tokens> redeemed =
        new VerifyingTokenSource(config, endpoint, verifier, possession, runtime.clock());
    TokenSource<Tokens> presented = identified(exchanging(presented()));
    TokenSource<Tokens> any = request -> request.credential() instanceof Credential.AccessToken
        ? presented.tokens(request)
        : redeemed.tokens(request);
    return new CachingTokenSource(
        config.searchUserInfo() && config.cacheUserInfo()
            ? request -> any.tokens(request).thenCompose(tokens -> userInfo.added(request, tokens))
            : any,
        runtime.memory(),
        runtime.clock(),
        runtime.calls().observer(),
        new CachingTokenSource.Settings(
            config.cacheTokens(), config.negativeTtl(), config.timeout()));
  }

  /**
   * A JWT is verified here where {@code bearer} is on; what is left, the issuer is asked about:
   * introspection before userinfo.
   */
  private TokenSource<Tokens> presented() {
    List<String> methods = config.authMethods();
    IntrospectedTokenSource introspected = new IntrospectedTokenSource(
        config, new Introspection(config, issuer, queries, proofs, verifier), runtime.clock());
    TokenSource<Tokens> verified =
        new PresentedTokenSource(config, issuer, verifier, runtime.clock());
    TokenSource<Tokens> confirmed = config.introspectJwtTokens()
        ? ofOurs(request ->
            verified.tokens(request).thenCompose(tokens -> introspected.confirmed(request, tokens)))
        : verified;
    TokenSource<Tokens> asked = methods.contains("introspection")
        ? ofOurs(introspected)
        : methods.contains("userinfo") ? ofOurs(userInfo) : confirmed;
    return methods.contains("bearer")
        ? request -> (verifier.isJwt(request.credential().proof().reveal()) ? confirmed : asked)
            .tokens(request)
        : asked;
  }

  /** A token of an issuer with keys of its own is not shown to the configured one. */
  private TokenSource<Tokens> ofOurs(TokenSource<Tokens> asking) {
    return request -> {
      String token = request.credential().proof().reveal();
      if (config.isApart(verifier.unverifiedClaims(token).get("iss"))) {
        throw Failure.of(Kind.REJECTED, "access token: its issuer cannot be asked about it")
            .toException();
      }
      return asking.tokens(request);
    };
  }

  /** With the ID token that may come beside, of tokens that were not exchanged. */
  private TokenSource<Tokens> identified(TokenSource<Tokens> source) {
    if (config.idTokenParamName().isEmpty()) {
      return source;
    }
    AccompanyingIdToken check = new AccompanyingIdToken(config, issuer, verifier);
    return request -> {
      CompletionStage<Tokens> tokens = source.tokens(request);
      Secret idToken = request.idToken();
      return idToken == null
          ? tokens
          : tokens.thenCompose(
              known -> known.accessToken().equals(request.credential().proof())
                  ? check.added(idToken, known)
                  : CompletableFuture.completedFuture(known));
    };
  }

  private TokenSource<Tokens> exchanging(TokenSource<Tokens> source) {
    return config.tokenExchange().isEmpty()
        ? source
        : new ExchangedTokenSource(
            config,
            endpoint,
            source,
            possession,
            verifier,
            runtime.clock(),
            subject -> TrustedKeys.verifierOf(subject, config, issuer, runtime));
  }
}
