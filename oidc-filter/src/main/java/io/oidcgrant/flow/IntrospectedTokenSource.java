package io.oidcgrant.flow;

import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.endpoint.TokenQueries;
import io.oidcgrant.issuer.IssuerEndpoint;
import io.oidcgrant.issuer.IssuerMetadata;
import io.oidcgrant.issuer.RemoteIssuer;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.verify.TokenVerifier;
import io.oidcgrant.verify.TokenVerifier.Verified;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Asks the issuer what a caller's token is (RFC 7662). */
final class IntrospectedTokenSource implements TokenSource<Tokens> {
  private final OidcGrantConfig config;
  private final RemoteIssuer issuer;
  private final TokenQueries queries;
  private final ClientProofs proofs;
  private final TokenVerifier verifier;
  private final InstantSource clock;

  IntrospectedTokenSource(
      OidcGrantConfig config,
      RemoteIssuer issuer,
      TokenQueries queries,
      ClientProofs proofs,
      TokenVerifier verifier,
      InstantSource clock) {
    this.config = config;
    this.issuer = issuer;
    this.queries = queries;
    this.proofs = proofs;
    this.verifier = verifier;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Tokens> tokens(GrantRequest request) {
    Credential.AccessToken presented = (Credential.AccessToken) request.credential();
    return issuer
        .metadata()
        .thenCompose(metadata -> ask(request, presented, metadata)
            .thenApply(answer -> assemble(presented, answer, metadata)));
  }

  private CompletionStage<Map<String, Object>> ask(
      GrantRequest request, Credential.AccessToken presented, IssuerMetadata metadata) {
    ClientAuthentication authentication =
        proofs.of(request.client(), IssuerEndpoint.INTROSPECTION, metadata);
    Map<String, String> form = new LinkedHashMap<>();
    form.put(config.introspectionTokenParamName(), presented.token().reveal());
    config.introspectionHint().ifPresent(hint -> form.put("token_type_hint", hint));
    return queries.introspect(
        proofs.address(IssuerEndpoint.INTROSPECTION, metadata), authentication, form);
  }

  /**
   * What a JWT says itself of what it is bound to holds where the issuer leaves it out; its
   * signature need not be looked at for that, which only makes it harder to use.
   */
  private static Map<String, Object> bound(
      Credential.AccessToken presented, Map<String, Object> answer) {
    Object own = TokenVerifier.unverifiedClaims(presented.token().reveal()).get("cnf");
    if (own == null) {
      return answer;
    }
    Object told = answer.get("cnf");
    if (told != null && !told.equals(own)) {
      throw Failure.of(
              Kind.REJECTED, "the access token and the issuer differ in what it is bound to")
          .toException();
    }
    Map<String, Object> both = new LinkedHashMap<>(answer);
    both.put("cnf", own);
    return both;
  }

  private Tokens assemble(
      Credential.AccessToken presented, Map<String, Object> answer, IssuerMetadata metadata) {
    Object active = answer.get("active");
    if (!(active instanceof Boolean state)) {
      throw Failure.of(Kind.ANSWER_UNUSABLE, "the introspection answer does not say active")
          .toException();
    }
    if (!state && config.introspectionCheckActive()) {
      throw Failure.of(Kind.REJECTED, "the issuer says that the access token is not active")
          .toException();
    }
    Verified verified =
        verifier.introspected(bound(presented, answer), config.acceptedIssuers(metadata.issuer()));
    return PresentedTokenSource.facts(config, presented, verified, clock.instant())
        .reusable(config.cacheIntrospection())
        .build();
  }
}
