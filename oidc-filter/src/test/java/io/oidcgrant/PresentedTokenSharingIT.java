package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.testing.EchoApp;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.RegisteredClient;
import io.oidcgrant.testing.VerifyingIssuer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A token that is good on one route is not thereby good on another, with the memory warm. */
class PresentedTokenSharingIT {
  private static OidcGrantConfigBuilder config(VerifyingIssuer issuer) {
    return io.oidcgrant.config.OidcGrantConfig.builder()
        .issuer(issuer.url())
        .clientId("c")
        .clientSecret("canary")
        .clientAuth("client_secret_post")
        .cacheTokensSalt("the same everywhere")
        .audienceRequired("api");
  }

  @Test
  void routesWithOneSalt_shareFactsOfTheSameKind_neverVerdicts() {
    try (VerifyingIssuer issuer = VerifyingIssuer.start();
        GrantRuntime runtime = GrantRuntime.create();
        EchoApp verifying = EchoApp.start(
            new OidcGrantFilter(config(issuer).authMethods("bearer").build(), runtime));
        EchoApp stricter = EchoApp.start(new OidcGrantFilter(
            config(issuer).authMethods("bearer").audienceRequired("other").build(), runtime));
        EchoApp bound = EchoApp.start(new OidcGrantFilter(
            config(issuer).authMethods("bearer").proofOfPossessionDpop("strict").build(),
            runtime));
        EchoApp asking = EchoApp.start(
            new OidcGrantFilter(config(issuer).authMethods("introspection").build(), runtime))) {
      issuer.register(RegisteredClient.secretPost("c", "canary"));
      // The keys verify it, but the issuer does not know it as active.
      String token = issuer.accessToken("c", "john", Map.of("aud", "api", "jti", "unknown"));
      String header = "Authorization: Bearer " + token;

      assertThat(new RawHttp(verifying.port()).get("/a", header).status()).isEqualTo(200);
      assertThat(new RawHttp(stricter.port()).get("/a", header).status()).isEqualTo(403);
      assertThat(new RawHttp(bound.port()).get("/a", header).status()).isEqualTo(401);
      new RawHttp(asking.port()).get("/a", header);
      assertThat(issuer.requests("introspect")).hasSize(1);
    }
  }

  @Test
  void boundJwt_whoseBindingTheIssuerLeavesOut_isNotAPlainBearer() {
    try (VerifyingIssuer issuer = VerifyingIssuer.start();
        io.oidcgrant.testing.ScriptedIssuer forgetful =
            io.oidcgrant.testing.ScriptedIssuer.start();
        GrantRuntime runtime = GrantRuntime.create();
        EchoApp app = EchoApp.start(
            new OidcGrantFilter(config(issuer).authMethods("introspection").build(), runtime))) {
      issuer.register(RegisteredClient.secretPost("c", "canary"));
      // The server asked says active and nothing of the key.
      issuer.discovery(Map.of("introspection_endpoint", forgetful.url() + "/token"));
      forgetful.answer(
          io.oidcgrant.testing.ScriptedIssuer.Reply.json(200, "{\"active\":true,\"aud\":\"api\"}"));
      String bound = issuer.accessToken(
          "c",
          "john",
          Map.of(
              "aud", "api", "cnf", Map.of("jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")));
      String plain = issuer.accessToken("c", "john", Map.of("aud", "api"));
      RawHttp http = new RawHttp(app.port());

      assertThat(http.get("/a", "Authorization: Bearer " + plain).status()).isEqualTo(200);
      assertThat(http.get("/a", "Authorization: Bearer " + bound).status()).isEqualTo(401);
      assertThat(app.seen()).hasSize(1);
    }
  }

  @Test
  void routeThatRemembersNoIntrospection_doesNotUseWhatAnotherRemembers() {
    try (VerifyingIssuer issuer = VerifyingIssuer.start();
        GrantRuntime runtime = GrantRuntime.create();
        EchoApp remembering = EchoApp.start(
            new OidcGrantFilter(config(issuer).authMethods("introspection").build(), runtime));
        EchoApp asking = EchoApp.start(new OidcGrantFilter(
            config(issuer)
                .authMethods("introspection")
                .cacheIntrospection(false)
                .build(),
            runtime))) {
      issuer.register(RegisteredClient.secretPost("c", "canary"));
      String header =
          "Authorization: Bearer " + issuer.accessToken("c", "john", Map.of("aud", "api"));

      for (EchoApp app : java.util.List.of(remembering, remembering, asking, asking)) {
        assertThat(new RawHttp(app.port()).get("/a", header).status()).isEqualTo(200);
      }
      assertThat(issuer.requests("introspect")).hasSize(3);
    }
  }
}
