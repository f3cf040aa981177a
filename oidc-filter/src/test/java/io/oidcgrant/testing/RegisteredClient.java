package io.oidcgrant.testing;

import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.CLIENT_SECRET_BASIC;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.CLIENT_SECRET_JWT;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.CLIENT_SECRET_POST;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.NONE;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.PRIVATE_KEY_JWT;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.SELF_SIGNED_TLS_CLIENT_AUTH;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.TLS_CLIENT_AUTH;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/**
 * A client as a {@link VerifyingIssuer} knows it: the one way to prove itself, what that takes (the
 * rest is null), and to what its tokens are bound.
 *
 * @param type the {@code typ} that its assertions must have; by default
 *     {@code client-authentication+jwt}
 * @param certificateBound its tokens are bound to its certificate (RFC 8705 section 3)
 * @param dpopBound it must send a DPoP proof (RFC 9449 section 5.2)
 */
public record RegisteredClient(
    String id,
    ClientAuthenticationMethod method,
    String secret,
    JWKSet keys,
    X500Principal subject,
    X509Certificate certificate,
    String type,
    boolean certificateBound,
    boolean dpopBound) {

  public static RegisteredClient secretBasic(String id, String secret) {
    return of(id, CLIENT_SECRET_BASIC, secret);
  }

  public static RegisteredClient secretPost(String id, String secret) {
    return of(id, CLIENT_SECRET_POST, secret);
  }

  public static RegisteredClient secretJwt(String id, String secret) {
    return of(id, CLIENT_SECRET_JWT, secret);
  }

  /** Whose assertions are signed by one of these keys: RSA, EC or Ed25519. */
  public static RegisteredClient privateKeyJwt(String id, JWK... keys) {
    return of(id, PRIVATE_KEY_JWT, null, new JWKSet(List.of(keys)).toPublicJWKSet(), null, null);
  }

  /** With a certificate of the authority for this subject, such as {@code CN=gateway}. */
  public static RegisteredClient tls(String id, String subject) {
    return of(id, TLS_CLIENT_AUTH, null, null, new X500Principal(subject), null);
  }

  /** With exactly this certificate. */
  public static RegisteredClient selfSignedTls(String id, X509Certificate certificate) {
    return of(id, SELF_SIGNED_TLS_CLIENT_AUTH, null, null, null, certificate);
  }

  /** A public client: {@code none}. */
  public static RegisteredClient open(String id) {
    return of(id, NONE, null);
  }

  public RegisteredClient typed(String type) {
    return new RegisteredClient(
        id, method, secret, keys, subject, certificate, type, certificateBound, dpopBound);
  }

  public RegisteredClient withCertificateBoundTokens() {
    return new RegisteredClient(
        id, method, secret, keys, subject, certificate, type, true, dpopBound);
  }

  public RegisteredClient withDpopBoundTokens() {
    return new RegisteredClient(
        id, method, secret, keys, subject, certificate, type, certificateBound, true);
  }

  private static RegisteredClient of(String id, ClientAuthenticationMethod method, String secret) {
    return of(id, method, secret, null, null, null);
  }

  private static RegisteredClient of(
      String id,
      ClientAuthenticationMethod method,
      String secret,
      JWKSet keys,
      X500Principal subject,
      X509Certificate certificate) {
    return new RegisteredClient(
        id, method, secret, keys, subject, certificate, "client-authentication+jwt", false, false);
  }
}
