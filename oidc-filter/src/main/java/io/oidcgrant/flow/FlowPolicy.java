package io.oidcgrant.flow;

import com.nimbusds.jose.jwk.JWK;
import io.oidcgrant.config.ClientSettings;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.http.TlsIdentity;
import io.oidcgrant.protocol.Secret;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What of a configuration is part of the key under which its tokens are remembered. */
final class FlowPolicy {
  private FlowPolicy() {}

  /**
   * Everything in the configuration that changes the tokens; without a salt, shared with no other
   * flow.
   */
  static List<String> parts(OidcGrantConfig config) {
    List<String> parts = new ArrayList<>(List.of(
        config
            .cacheTokensSalt()
            .map(Secret::reveal)
            .orElseGet(() -> UUID.randomUUID().toString()),
        config.issuer(),
        String.valueOf(config.discoveryDocument()),
        String.valueOf(config.tokenEndpoint()),
        String.valueOf(config.jwksEndpoint()),
        String.valueOf(config.sslVerify()),
        String.valueOf(config.caCertificatesFile()),
        String.valueOf(config.insecureHttpIssuer()),
        config.clientAssertionAudience().orElse("") + " " + config.clientAssertionTyp(),
        String.valueOf(config.mtlsTokenEndpoint()),
        config.tlsClientAuth().map(FlowPolicy::parts).orElse("") + config.tlsClientAuthSslVerify(),
        String.valueOf(config.introspectionEndpoint()),
        String.valueOf(config.mtlsIntrospectionEndpoint()),
        config.introspectionEndpointAuthMethod().orElse(""),
        config.introspectionHint() + " " + config.introspectionTokenParamName() + " "
            + config.introspectionCheckActive() + " " + config.cacheIntrospection(),
        // What is verified here is not what the issuer was asked about.
        config.authMethods().contains("bearer") + " "
            + config.authMethods().contains("introspection") + " "
            + config.authMethods().contains("userinfo") + " "
            + config.introspectJwtTokens() + " "
            + config.searchUserInfo() + " "
            + config.cacheUserInfo(),
        config.introspectionAccept() + " " + config.introspectionExtras(),
        config.userinfoEndpoint() + " " + config.userinfoAccept() + " " + config.userinfoExtras(),
        config.extraJwksUris() + " " + config.issuerJwks(),
        config.enableHsSignatures() + " " + config.atJwtRequired(),
        String.valueOf(config.tokenExchange()),
        String.valueOf(config.idTokenParamName()),
        config.tokenEndpointAuthMethod().orElse(""),
        config.clientAuth().orElse(""),
        String.valueOf(config.clientAlg()),
        config.tokenEndpointDpop() ? proofKey(config) : "",
        config.tokenHeadersPrefix(),
        config.cacheTtl() + " " + config.cacheTtlMin() + " " + config.cacheTtlMax(),
        config.verifySignature() + " " + config.verifyClaims() + " " + config.leeway()));
    for (ClientSettings client : config.clients()) {
      addAll(
          parts,
          List.of(
              client.id(),
              client.secret().map(Secret::reveal).orElse(""),
              client.auth().orElse(""),
              String.valueOf(client.algorithm()),
              client.key().map(JWK::toJSONString).orElse("")));
    }
    addAll(parts, config.decryptionJwk().stream().map(JWK::toJSONString).toList());
    addAll(parts, config.issuersAllowed());
    addAll(parts, config.scopes());
    addAll(parts, config.audience());
    addAll(parts, config.tokenPostArgs());
    addAll(parts, config.tokenHeaders());
    addAll(parts, config.tokenHeadersReplay());
    addAll(parts, config.ignoreSignature());
    return parts;
  }

  /**
   * A key that is made at start is another one in every flow, and so are the tokens bound to it.
   */
  private static String proofKey(OidcGrantConfig config) {
    return config
        .dpopJwk()
        .map(JWK::toJSONString)
        .orElseGet(() -> UUID.randomUUID().toString());
  }

  private static String parts(TlsIdentity.Source source) {
    return source.certificate() + "\n" + source.key().orElse("") + "\n";
  }

  /** With its length before it, so that no two sequences of lists are the same parts. */
  private static void addAll(List<String> parts, Collection<String> list) {
    parts.add(Integer.toString(list.size()));
    parts.addAll(list);
  }

  private static void addAll(List<String> parts, Map<String, String> pairs) {
    addAll(parts, pairs.keySet());
    parts.addAll(pairs.values());
  }
}
