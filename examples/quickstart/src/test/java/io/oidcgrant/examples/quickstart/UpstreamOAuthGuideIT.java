package io.oidcgrant.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kong's guide <i>Configure the Upstream OAuth plugin with Kong Identity</i>, typed into bash step
 * by step. Only addresses are others; what goes to decK and Konnect becomes the proxy's file.
 */
@Timeout(180)
class UpstreamOAuthGuideIT {
  private static final String GUIDE = "/guides/upstream-oauth-kong-identity.sh";

  /** What the guide has one copy from the last answer. */
  private static final Map<String, String> COPIED = Map.of(
      "AUTH_SERVER_ID", "id",
      "ISSUER_URL", "issuer",
      "SCOPE_ID", "id",
      "CLIENT_ID", "id",
      "CLIENT_SECRET", "client_secret",
      "ACCESS_TOKEN", "access_token");

  @TempDir
  Path folder;

  private final Map<String, String> variables = new LinkedHashMap<>(Map.of("KONNECT_TOKEN", "any"));

  private static List<String> steps(String konnect) throws Exception {
    try (InputStream guide = UpstreamOAuthGuideIT.class.getResourceAsStream(GUIDE)) {
      return List.of(new String(guide.readAllBytes(), UTF_8)
          .replace("https://us.api.konghq.com/v1", konnect + "/v1")
          .replace("http://httpbin.konghq.com/anything", "${{ env \"DECK_UPSTREAM_URL\" }}")
          // A scope that the guide has not made; it asks for this one itself.
          .replace("\"Scope\"", "\"my-scope\"")
          .split("\n\n"));
    }
  }

  private void export(String step, String answer) throws Exception {
    for (String line : step.lines().toList()) {
      String name = line.substring("export ".length(), line.indexOf('='));
      variables.put(name, (String) JSONObjectUtils.parse(answer).get(COPIED.get(name)));
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
    try (RunningIdentity identity = RunningIdentity.start()) {
      List<String> steps = steps(identity.url());
      assertThat(steps).hasSize(14);
      assertThat(steps.get(0)).endsWith("| deck gateway apply -");
      String file = new Bash(folder, variables).type("deck() { cat; }\n" + steps.get(0));
      typeAll(steps.subList(1, 8));

      // Konnect's own part: its control plane is not there, the body says the same in a file.
      assertThat(steps.get(8)).contains("/v2/control-planes?");
      assertThat(steps.get(10)).contains("/v2/control-planes/$CONTROL_PLANE_ID/");
      variables.put("CONTROL_PLANE_ID", "none");
      String plugin =
          new Bash(folder, variables).type("curl() { echo \"${@: -1}\"; }\n" + steps.get(10));
      file += "plugins:\n- " + plugin.replace("\n", "\n  ") + "\n";
      try (RunningProxy proxy =
          RunningProxy.startAlone(Files.writeString(folder.resolve("kong.yaml"), file))) {
        variables.put("KONNECT_PROXY_URL", proxy.url());
        String answer = typeAll(steps.subList(11, 14));

        assertThat(answer).as(proxy.log()).startsWith("HTTP/1.1 200");
        assertOwnToken(proxy);
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
  }

  private void assertOwnToken(RunningProxy proxy) throws Exception {
    JWTClaimsSet claims =
        UpstreamToken.verified(proxy, variables.get("ISSUER_URL") + "/.well-known/jwks");
    JWTClaimsSet callers = SignedJWT.parse(variables.get("ACCESS_TOKEN")).getJWTClaimsSet();
    assertThat(claims.getJWTID()).isNotEqualTo(callers.getJWTID());
    assertThat(claims.getIssuer()).isEqualTo(variables.get("ISSUER_URL"));
    assertThat(claims.getAudience()).containsExactly("http://myhttpbin.dev");
    assertThat(claims.getStringClaim("client_id")).isEqualTo(variables.get("CLIENT_ID"));
    assertThat(claims.getStringClaim("scope")).isEqualTo("my-scope");
    assertThat(claims.getStringClaim("test-claim")).isEqualTo("test");
  }
}
