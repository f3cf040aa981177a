package io.oidcgrant.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kong's guide <i>Configure the Upstream OAuth plugin with Kong Identity</i>, typed into bash step
 * by step. Only addresses are others: the stand-in is Kong Identity, the proxy is Konnect.
 */
@Timeout(180)
class UpstreamOAuthGuideIT {
  private static final String GUIDE = "/guides/upstream-oauth-kong-identity.sh";

  /** What the guide has one copy from the last answer. */
  private static final Map<String, String> COPIED = Map.of(
      "AUTH_SERVER_ID", "id",
      "ISSUER_URL", "issuer",
      "SCOPE_ID", "id",
      "CONTROL_PLANE_ID", "id",
      "CLIENT_ID", "id",
      "CLIENT_SECRET", "client_secret",
      "ACCESS_TOKEN", "access_token");

  @TempDir
  Path folder;

  private final Map<String, String> variables = new LinkedHashMap<>(Map.of("KONNECT_TOKEN", "any"));

  /** The one of decK's commands that the guide uses. */
  private static String deck(RunningProxy proxy) {
    return "deck() { curl --no-progress-meter --fail-with-body --form 'config=<-' " + proxy.admin()
        + "/config; }\n";
  }

  private static List<String> steps(RunningIdentity identity, RunningProxy proxy) throws Exception {
    try (InputStream guide = UpstreamOAuthGuideIT.class.getResourceAsStream(GUIDE)) {
      return List.of(new String(guide.readAllBytes(), UTF_8)
          .replace("https://us.api.konghq.com/v1", identity.url() + "/v1")
          .replace("https://us.api.konghq.com/v2", proxy.admin() + "/v2")
          .replace("http://httpbin.konghq.com", proxy.upstream().uri().toString())
          // A scope that the guide has not made; it asks for this one itself.
          .replace("\"Scope\"", "\"my-scope\"")
          .split("\n\n"));
    }
  }

  /** Of a list, the first entry. */
  private static Map<?, ?> first(Map<String, Object> answer) {
    return answer.get("data") instanceof List<?> list ? (Map<?, ?>) list.get(0) : answer;
  }

  private void export(String step, String answer) throws Exception {
    for (String line : step.lines().toList()) {
      String name = line.substring("export ".length(), line.indexOf('='));
      variables.put(name, (String) first(JSONObjectUtils.parse(answer)).get(COPIED.get(name)));
    }
  }

  /** Types these; returns what the last one printed. */
  private String typeAll(List<String> steps) throws Exception {
    String answer = "";
    for (String step : steps) {
      if (step.startsWith("export ")) {
        export(step, answer);
      } else {
        answer = new Bash(folder, variables).type(step);
      }
    }
    return answer;
  }

  @Test
  void guide_endsWithATokenOfTheGatewaysOwnAtTheUpstream() throws Exception {
    Path state = folder.resolve("state");
    try (RunningIdentity identity = RunningIdentity.start();
        RunningProxy proxy =
            RunningProxy.startAlone(Map.of("OIDC_PROXY_STATE", state.toString()))) {
      List<String> steps = steps(identity, proxy);
      assertThat(steps).hasSize(14);
      assertThat(steps.get(0)).endsWith("| deck gateway apply -");
      new Bash(folder, variables).type(deck(proxy) + steps.get(0));
      variables.put("KONNECT_PROXY_URL", proxy.url());

      String answer = typeAll(steps.subList(1, 14));

      assertThat(answer).as(proxy.log()).startsWith("HTTP/1.1 200");
      assertOwnToken(proxy, identity);
    }
  }

  private void assertOwnToken(RunningProxy proxy, RunningIdentity identity) throws Exception {
    JWTClaimsSet claims =
        UpstreamToken.verified(proxy, variables.get("ISSUER_URL") + "/.well-known/jwks");
    JWTClaimsSet callers = SignedJWT.parse(variables.get("ACCESS_TOKEN")).getJWTClaimsSet();
    assertThat(claims.getJWTID()).isNotEqualTo(callers.getJWTID());
    assertThat(claims.getIssuer()).isEqualTo(variables.get("ISSUER_URL"));
    assertThat(claims.getAudience()).containsExactly("http://myhttpbin.dev");
    assertThat(claims.getStringClaim("client_id")).isEqualTo(variables.get("CLIENT_ID"));
    assertThat(claims.getStringClaim("scope")).isEqualTo("my-scope");
    assertThat(claims.getStringClaim("test-claim")).isEqualTo("test");
    assertThat(identity.tokenRequests()).isEqualTo(2);

    // With nothing at all of the caller's: the gateway's token is still good.
    String first = UpstreamToken.of(proxy);
    assertThat(proxy.get("/anything").statusCode()).isEqualTo(200);
    assertThat(UpstreamToken.of(proxy)).isEqualTo(first);
    assertThat(identity.tokenRequests()).isEqualTo(2);
    assertThat(proxy.upstream().requests()).hasSize(2);
    assertThat(proxy.log()).doesNotContain(first, variables.get("CLIENT_SECRET"));
  }
}
