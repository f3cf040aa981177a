package io.oidcgrant.credential;

import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResourceOwnerPasswordCredentialsGrant;
import com.nimbusds.oauth2.sdk.id.Audience;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.TokenTypeURI;
import com.nimbusds.oauth2.sdk.tokenexchange.TokenExchangeGrant;
import io.oidcgrant.protocol.Secret;
import java.util.List;

/** What a caller presents to be let in. */
public sealed interface Credential {
  /** The name of its method, as in {@code auth_methods}. */
  String method();

  /** Who presents it, as far as it says so; empty where it does not. */
  String identifier();

  /** What only the rightful holder knows. */
  Secret proof();

  /** One that the token endpoint exchanges for tokens. */
  sealed interface Redeemable extends Credential {
    /** The grant that redeems it. */
    AuthorizationGrant grant();
  }

  /**
   * A token that the caller already has (RFC 6750 section 2).
   *
   * @param dpop it came under the scheme {@code DPoP} (RFC 9449 section 7.1)
   */
  record AccessToken(Secret token, boolean dpop) implements Credential {
    @Override
    public String method() {
      return "bearer";
    }

    @Override
    public String identifier() {
      return "";
    }

    @Override
    public Secret proof() {
      return token;
    }
  }

  /**
   * None: our own client asks for itself (RFC 6749 section 4.4).
   *
   * @param audience of the token; empty for whatever the issuer gives
   */
  record OwnClient(List<String> audience) implements Redeemable {
    @Override
    public String method() {
      return "client_credentials";
    }

    @Override
    public String identifier() {
      return "";
    }

    @Override
    public Secret proof() {
      return Secret.of("");
    }

    @Override
    public AuthorizationGrant grant() {
      return new ClientCredentialsGrant();
    }
  }

  /**
   * A caller's token that is exchanged for one of ours (RFC 8693).
   *
   * @param scopes of the new token; empty for whatever the issuer gives
   * @param audience of the new token; the same
   */
  record SubjectToken(Secret token, List<String> scopes, List<String> audience)
      implements Redeemable {
    @Override
    public String method() {
      return "token_exchange";
    }

    @Override
    public String identifier() {
      return "";
    }

    @Override
    public Secret proof() {
      return token;
    }

    @Override
    public AuthorizationGrant grant() {
      return new TokenExchangeGrant(
          new BearerAccessToken(token.reveal()),
          TokenTypeURI.ACCESS_TOKEN,
          null,
          null,
          TokenTypeURI.ACCESS_TOKEN,
          Audience.create(audience));
    }
  }

  /** RFC 6749 section 6. */
  record RefreshToken(Secret token) implements Redeemable {
    @Override
    public String method() {
      return "refresh_token";
    }

    @Override
    public String identifier() {
      return "";
    }

    @Override
    public Secret proof() {
      return token;
    }

    @Override
    public AuthorizationGrant grant() {
      return new RefreshTokenGrant(new com.nimbusds.oauth2.sdk.token.RefreshToken(token.reveal()));
    }
  }

  /** RFC 6749 section 4.3. */
  record Password(String username, Secret password) implements Redeemable {
    @Override
    public String method() {
      return "password";
    }

    @Override
    public String identifier() {
      return username;
    }

    @Override
    public Secret proof() {
      return password;
    }

    @Override
    public AuthorizationGrant grant() {
      return new ResourceOwnerPasswordCredentialsGrant(
          username, new com.nimbusds.oauth2.sdk.auth.Secret(password.reveal()));
    }

    /** Without the name: who fails to log in is nobody's business in a log. */
    @Override
    public String toString() {
      return "Password[***]";
    }
  }

  /** RFC 6749 section 4.4: the caller is a client itself. */
  record ClientSecret(String clientId, Secret secret) implements Redeemable {
    @Override
    public String method() {
      return "client_credentials";
    }

    @Override
    public String identifier() {
      return clientId;
    }

    @Override
    public Secret proof() {
      return secret;
    }

    @Override
    public AuthorizationGrant grant() {
      return new ClientCredentialsGrant();
    }

    @Override
    public String toString() {
      return "ClientSecret[***]";
    }
  }
}
