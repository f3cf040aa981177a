package io.oidcgrant.flow;

import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.endpoint.TokenQueries;
import io.oidcgrant.issuer.IssuerEndpoint;
import io.oidcgrant.issuer.IssuerMetadata;
import io.oidcgrant.issuer.RemoteIssuer;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Ends tokens at the issuer (RFC 7009), as the client that they were issued to. */
final class Revocation {
  private final OidcGrantConfig config;
  private final RemoteIssuer issuer;
  private final TokenQueries queries;
  private final ClientProofs proofs;

  Revocation(
      OidcGrantConfig config, RemoteIssuer issuer, TokenQueries queries, ClientProofs proofs) {
    this.config = config;
    this.issuer = issuer;
    this.queries = queries;
    this.proofs = proofs;
  }

  /** With the refresh token, what came of it ends as well (section 2.1). */
  CompletionStage<@Nullable Void> revoke(GrantRequest request, Tokens tokens) {
    Optional<Secret> refreshToken = tokens.refreshToken();
    Map<String, String> form = new LinkedHashMap<>();
    form.put(
        config.revocationTokenParamName(),
        refreshToken.orElse(tokens.accessToken()).reveal());
    form.put("token_type_hint", refreshToken.isPresent() ? "refresh_token" : "access_token");
    return issuer
        .metadata()
        .thenCompose(metadata -> queries.revoke(
            proofs.address(IssuerEndpoint.REVOCATION, metadata),
            authentication(request, metadata),
            form,
            request.cause()));
  }

  private ClientAuthentication authentication(GrantRequest request, IssuerMetadata metadata) {
    return request.credential() instanceof Credential.ClientSecret caller
        ? proofs.ofCaller(caller, IssuerEndpoint.REVOCATION, metadata)
        : proofs.of(request.client(), IssuerEndpoint.REVOCATION, metadata);
  }
}
