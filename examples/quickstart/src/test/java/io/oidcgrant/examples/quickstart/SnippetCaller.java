package io.oidcgrant.examples.quickstart;

import static io.oidcgrant.examples.quickstart.RunningProxy.basic;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.net.http.HttpResponse;
import java.util.List;

/**
 * A caller as a document on a grant has him.
 *
 * @param good the value of {@code header} that the grant takes
 * @param bad such values that it does not take
 * @param user for whom the token at the upstream is
 */
record SnippetCaller(String header, String good, List<String> bad, String user) {
  static final String REALM = "example-realm";

  static SnippetCaller of(String document) throws Exception {
    return document.startsWith("refresh-token")
        ? new SnippetCaller(
            "Refresh-Token", CallerToken.ofRealm(REALM).refreshToken(), List.of("none"), "john")
        : new SnippetCaller(
            "Authorization",
            basic("service", RunningProxy.SECRET),
            List.of(basic("service", "wrong"), basic("john", "doe")),
            "service-account-service");
  }

  /**
   * The plugin is in force at what its snippet names, and nowhere else.
   *
   * @param ofRoute paths of the routes that it may name
   * @param ofService other paths of the service that it may name
   * @param elsewhere a path of another service
   */
  void assertInForce(
      String scope,
      RunningProxy proxy,
      List<String> ofRoute,
      List<String> ofService,
      String elsewhere)
      throws Exception {
    for (String path : ofRoute) {
      needsCredential(proxy, path);
    }
    for (String path : ofService) {
      if (scope.equals("route")) {
        needsNone(proxy, path);
      } else {
        needsCredential(proxy, path);
      }
    }
    if (scope.equals("global")) {
      needsCredential(proxy, elsewhere);
    } else {
      needsNone(proxy, elsewhere);
    }
  }

  /** Here the plugin is in force: it lets this caller pass, with an access token, and no other. */
  private void needsCredential(RunningProxy proxy, String path) throws Exception {
    proxy.upstream().forgetRequests();
    HttpResponse<String> refused = proxy.get(path);
    assertThat(refused.statusCode()).as(path).isEqualTo(401);
    assertThat(refused.headers().firstValue("WWW-Authenticate")).isPresent();
    for (String value : bad) {
      assertThat(proxy.get(path, header, value).statusCode()).as(path).isEqualTo(401);
    }
    assertThat(proxy.upstream().requests()).isEmpty();

    HttpResponse<String> answer = proxy.get(path, header, good);

    assertThat(answer.statusCode()).as(answer.body() + proxy.log()).isEqualTo(200);
    JWTClaimsSet claims = UpstreamToken.verified(
        proxy, SharedKeycloak.server().issuer(REALM) + "/protocol/openid-connect/certs");
    assertThat(claims.getClaims())
        .containsEntry("azp", "service")
        .containsEntry("preferred_username", user);
    if (header.equals("Refresh-Token")) {
      assertThat(proxy.lastUpstreamRequest().headers().get("Refresh-Token"))
          .hasSize(1)
          .first()
          .asString()
          .startsWith("eyJ");
    }
  }

  /** Here the plugin is not in force. */
  static void needsNone(RunningProxy proxy, String path) throws Exception {
    assertThat(proxy.get(path).statusCode()).as(path).isEqualTo(200);
    assertThat(proxy.lastUpstreamRequest().header("Authorization")).as(path).isEmpty();
  }
}
