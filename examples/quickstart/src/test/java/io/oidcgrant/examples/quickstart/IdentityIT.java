package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.Base64;
import io.oidcgrant.examples.echo.RecordedRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who a caller of the real issuer is to the upstream, and whether he may pass. */
class IdentityIT {
  private static final String BEARER = """
      auth_methods: [bearer]
      audience_required: [account]
      """;
  private static final CallerToken JOHN = CallerToken.of("other-client");
  private static final CallerToken ALEX = JOHN.withUser("alex");

  @TempDir
  Path folder;

  private static HttpResponse<String> get(RunningProxy proxy, String path, String token)
      throws Exception {
    return proxy.get(path, "Authorization", "Bearer " + token);
  }

  private static int status(RunningProxy proxy, String path, CallerToken token) throws Exception {
    return get(proxy, path, token.get()).statusCode();
  }

  private static String challenge(HttpResponse<String> answer) {
    return answer.headers().firstValue("WWW-Authenticate").orElse("");
  }

  @Test
  void consumer_isFoundByTheUserName_andCallersWithoutACredentialAreAnonymous() throws Exception {
    try (RunningProxy proxy = new RoutesFile()
        .route("known", BEARER + """
            consumer_claims: [[preferred_username]]
            consumer_by: [username, custom_id]
            credential_claim: [preferred_username]
            anonymous: guest
            """)
        .route("optional", BEARER + """
            consumer_claims: [[preferred_username]]
            consumer_optional: true
            """)
        .beside("""
            consumers:
            - username: john
              id: 6f7b0a3e-0000-4000-8000-000000000001
              custom_id: employee-7
            - username: the administrator
              custom_id: admin-amy
            - username: guest
            """)
        .start(folder)) {
      String token = JOHN.get();
      assertThat(proxy
              .get(
                  "/known",
                  "Authorization",
                  "Bearer " + token,
                  "X-Consumer-Username",
                  "root",
                  "X-Anonymous-Consumer",
                  "true",
                  "X-Authenticated-Groups",
                  "/admins")
              .statusCode())
          .as(proxy.log())
          .isEqualTo(200);
      RecordedRequest seen = proxy.lastUpstreamRequest();
      assertThat(seen.headers().get("X-Consumer-Username")).containsExactly("john");
      assertThat(seen.headers().get("X-Consumer-Id"))
          .containsExactly("6f7b0a3e-0000-4000-8000-000000000001");
      assertThat(seen.headers().get("X-Consumer-Custom-Id")).containsExactly("employee-7");
      assertThat(seen.headers().get("X-Credential-Identifier")).containsExactly("john");
      assertThat(seen.headers())
          .doesNotContainKeys("X-Anonymous-Consumer", "X-Authenticated-Groups");

      assertThat(status(proxy, "/known", JOHN.withUser("admin-amy"))).isEqualTo(200);
      assertThat(proxy.lastUpstreamRequest().header("X-Consumer-Username"))
          .contains("the administrator");

      assertThat(status(proxy, "/known", ALEX)).isEqualTo(403);
      assertThat(get(proxy, "/known", token + "x").statusCode()).isEqualTo(401);
      assertThat(proxy.upstream().requests()).hasSize(2);

      assertThat(status(proxy, "/optional", ALEX)).isEqualTo(200);
      assertThat(proxy.lastUpstreamRequest().headers())
          .doesNotContainKeys("X-Consumer-Username", "X-Consumer-Id");

      assertThat(proxy.get("/known", "X-Consumer-Username", "root").statusCode())
          .isEqualTo(200);
      RecordedRequest anonymous = proxy.lastUpstreamRequest();
      assertThat(anonymous.headers().get("X-Consumer-Username")).containsExactly("guest");
      assertThat(anonymous.headers().get("X-Anonymous-Consumer")).containsExactly("true");
      assertThat(anonymous.headers())
          .doesNotContainKeys("Authorization", "X-Credential-Identifier");
    }
  }

  @Test
  void groupsRolesAndScopes_areLookedForWhereKeycloakPutsThem() throws Exception {
    try (RunningProxy proxy = new RoutesFile()
        .route("groups", BEARER + """
            authenticated_groups_claim: [groups]
            groups_required: [/staff, /engineering]
            """)
        .route("realm-roles", BEARER + """
            roles_claim: [realm_access, roles]
            roles_required: ["user api-reader", admin]
            """)
        .route("client-roles", BEARER + """
            roles_claim: [resource_access, orders-api, roles]
            roles_required: [write]
            """)
        .route("scopes", BEARER + "scopes_required: [\"email orders:read\"]\n")
        .start(folder)) {
      assertThat(status(proxy, "/groups", JOHN)).as(proxy.log()).isEqualTo(200);
      assertThat(proxy.lastUpstreamRequest().headers().get("X-Authenticated-Groups"))
          .hasSize(1)
          .first()
          .satisfies(groups -> assertThat(groups.split(", "))
              .containsExactlyInAnyOrder("/engineering/backend", "/staff"));
      assertThat(status(proxy, "/groups", JOHN.withUser("admin-amy"))).isEqualTo(200);
      assertThat(status(proxy, "/groups", ALEX)).isEqualTo(403);

      assertThat(status(proxy, "/realm-roles", JOHN)).isEqualTo(200);
      assertThat(status(proxy, "/realm-roles", JOHN.withUser("admin-amy"))).isEqualTo(200);
      assertThat(status(proxy, "/realm-roles", ALEX)).isEqualTo(403);

      assertThat(status(proxy, "/client-roles", JOHN)).isEqualTo(200);
      assertThat(status(proxy, "/client-roles", ALEX)).isEqualTo(403);

      assertThat(status(proxy, "/scopes", JOHN.withScope("orders:read"))).isEqualTo(200);
      HttpResponse<String> lacking =
          get(proxy, "/scopes", JOHN.withScope("orders:write").get());
      assertThat(lacking.statusCode()).isEqualTo(403);
      assertThat(challenge(lacking))
          .contains("error=\"insufficient_scope\"", "scope=\"email orders:read\"");
      assertThat(proxy.upstream().requests()).hasSize(6);
    }
  }

  @Test
  void nestedClaims_areToldToTheUpstream() throws Exception {
    try (RunningProxy proxy = new RoutesFile().route("claims", """
            auth_methods: [bearer]
            audience_required: ["api://orders https://orders.example.test"]
            upstream_headers:
            - header: x-plan
              path: [tenant, plan, name]
            - header: x-tenant
              path: [tenant]
            - header: x-entitlements
              path: [entitlements]
            - header: x-absent
              path: [tenant, plan, price]
            - header: x-name
              path: [name]
            """).start(folder)) {
      CallerToken caller = CallerToken.of("aud-api");
      assertThat(proxy
              .get("/claims", "Authorization", "Bearer " + caller.get(), "X-Absent", "forged")
              .statusCode())
          .as(proxy.log())
          .isEqualTo(200);
      RecordedRequest seen = proxy.lastUpstreamRequest();
      assertThat(seen.header("X-Plan")).contains("gold");
      assertThat(seen.header("X-Name")).contains("John Doe");
      assertThat(new Base64(seen.header("X-Entitlements").orElseThrow()).decodeToString())
          .isEqualTo("[\"orders.read\",\"orders.write\"]");
      assertThat(new Base64(seen.header("X-Tenant").orElseThrow()).decodeToString())
          .contains("\"id\":\"t-1\"")
          .contains("\"plan\":{\"name\":\"gold\"}");
      assertThat(seen.headers()).doesNotContainKey("X-Absent");

      assertThat(status(proxy, "/claims", JOHN)).isEqualTo(403);
      assertThat(proxy.upstream().requests()).hasSize(1);
    }
  }

  @Test
  void domainAndStepUp_askForWhatTheTokenLacks() throws Exception {
    try (RunningProxy proxy = new RoutesFile()
        .route("domain", BEARER + "domains: [example.test]\n")
        .route("password", BEARER + "acr_values: [\"1\"]\n")
        .route("gold", BEARER + "acr_values: [gold, platinum]\n")
        .start(folder)) {
      String token = JOHN.get();
      assertThat(get(proxy, "/domain", token).statusCode()).isEqualTo(403);
      HttpResponse<String> stepUp = get(proxy, "/gold", token);
      assertThat(stepUp.statusCode()).isEqualTo(401);
      assertThat(challenge(stepUp))
          .contains("error=\"insufficient_user_authentication\"")
          .contains("acr_values=\"gold platinum\"");
      assertThat(proxy.upstream().requests()).isEmpty();
      assertThat(get(proxy, "/password", token).statusCode()).as(proxy.log()).isEqualTo(200);
    }
  }
}
