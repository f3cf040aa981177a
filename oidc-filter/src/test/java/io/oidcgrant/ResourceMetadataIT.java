package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Metadata of the protected resource that a filter guards (RFC 9728). */
class ResourceMetadataIT {
  private static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";

  private FilterBench bench;

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(config -> changes.apply(config
        .authMethods("bearer")
        .audienceRequired("api")
        .protectedResource("https://api.example/v1")));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private Answer get(String target, String... headers) {
    bench.mark();
    return bench.http().get(target, headers);
  }

  private Map<String, Object> document(String target) throws ParseException {
    Answer answer = get(target);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.header("content-type")).isEqualTo("application/json");
    assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(answer.header("cache-control")).isEqualTo("public, max-age=300");
    assertThat(bench.seen()).isZero();
    bench.nothingSecret(answer);
    return JSONObjectUtils.parse(answer.body());
  }

  @Test
  void document_saysWhatIsConfigured_andNoMore() throws ParseException {
    start(config -> config);
    assertThat(document(WELL_KNOWN + "/v1"))
        .isEqualTo(Map.of(
            "resource", "https://api.example/v1",
            "authorization_servers", List.of(bench.issuer().url()),
            "bearer_methods_supported", List.of("header", "query", "body")));
    stop();

    start(config -> config
        .protectedResource("https://api.example/")
        .scopesRequired("read write", "admin read")
        .bearerTokenParamType("header", "cookie")
        .bearerTokenCookieName("t")
        .proofOfPossessionDpop("strict")
        .proofOfPossessionMtls("strict"));
    assertThat(document(WELL_KNOWN))
        .containsEntry("resource", "https://api.example/")
        .containsEntry("scopes_supported", List.of("read", "write", "admin"))
        .containsEntry("bearer_methods_supported", List.of("header"))
        .containsEntry("dpop_bound_access_tokens_required", true)
        .containsEntry("tls_client_certificate_bound_access_tokens", true)
        .containsKey("dpop_signing_alg_values_supported");
  }

  @Test
  void document_isThere_whileTheIssuerIsNot() throws ParseException {
    start(config -> config);
    bench.issuer().close();

    assertThat(document(WELL_KNOWN + "/v1")).containsKey("resource");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        WELL_KNOWN,
        WELL_KNOWN + "/",
        WELL_KNOWN + "/v1/",
        WELL_KNOWN + "/v1;a=b",
        WELL_KNOWN + "/V1",
        WELL_KNOWN + "/%761",
        "/v1" + WELL_KNOWN,
        "/.well-known/oauth-authorization-server/v1",
      })
  void elsewhere_aCredentialIsNeeded(String target) {
    start(config -> config);

    bench.refused(get(target), 401, null);
  }

  @Test
  void onlyGetAndHead_areAnswered() {
    start(config -> config);
    String length = get(WELL_KNOWN + "/v1").header("content-length");
    Answer head = bench.http().send("HEAD", WELL_KNOWN + "/v1", null);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("content-length")).isEqualTo(length);
    assertThat(head.body()).isEmpty();

    for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
      Answer answer = bench.http().send(method, WELL_KNOWN + "/v1", new byte[] {'x'});
      assertThat(answer.status()).as(method).isEqualTo(405);
      assertThat(answer.header("allow")).isEqualTo("GET, HEAD");
    }
    assertThat(bench.seen()).isZero();
  }

  @Test
  void everyChallenge_namesIt() {
    start(config -> config.proofOfPossessionDpop("optional"));
    String named = "resource_metadata=\"https://api.example" + WELL_KNOWN + "/v1\"";
    for (Answer answer : List.of(get("/a"), get("/a", "Authorization: Bearer x"))) {
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.headers().get("www-authenticate"))
          .hasSize(2)
          .allMatch(challenge -> challenge.contains(named));
    }
    stop();
    start(config -> config.protectedResource(null));
    assertThat(get("/a").header("www-authenticate")).doesNotContain("resource_metadata");
    bench.refused(get(WELL_KNOWN + "/v1"), 401, null);
  }
}
