package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The snippets of Kong's documents that are calls of its Admin API, or of Konnect's, typed into
 * bash. One proxy takes Kong's, another one, that asks for a token, takes Konnect's.
 */
@Timeout(180)
class SnippetCallsIT {
  private static final String WORKFLOW = "refresh-token-workflow";
  private static final String TOKEN = "konnect-token-of-the-tests";

  @TempDir
  static Path folder;

  private static RunningProxy kong;
  private static RunningProxy konnect;

  @BeforeAll
  static void start() throws Exception {
    kong = start(Map.of("OIDC_PROXY_STATE", folder.resolve("kong.state").toString()));
    konnect = start(Map.of(
        "OIDC_PROXY_STATE",
        folder.resolve("konnect.state").toString(),
        "OIDC_PROXY_ADMIN_TOKEN_FILE",
        Files.writeString(folder.resolve("token"), TOKEN).toString()));
  }

  private static RunningProxy start(Map<String, String> options) throws Exception {
    return RunningProxy.start(SnippetCaller.REALM, options);
  }

  @AfterAll
  static void stop() throws Exception {
    kong.close();
    if (konnect != null) {
      konnect.close();
    }
  }

  static Stream<Snippet> kongs() throws Exception {
    return Snippet.ofKind("admin.sh");
  }

  static Stream<Snippet> konnects() throws Exception {
    return Snippet.ofKind("konnect.sh");
  }

  private static HttpResponse<String> ask(
      RunningProxy proxy, String method, String path, String json) throws Exception {
    return AdminApi.send(method, proxy.admin() + path, proxy == konnect ? TOKEN : null, json);
  }

  /** The id of what is made. */
  private static String make(RunningProxy proxy, String path, String json) throws Exception {
    HttpResponse<String> answer = ask(proxy, "POST", path, json);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return (String) JSONObjectUtils.parse(answer.body()).get("id");
  }

  /** Two services, as the documents take for granted; their ids and those of a control plane. */
  private static Snippet.Names services(RunningProxy proxy) throws Exception {
    String service = make(proxy, "/services", named("example-service", "url", proxy));
    String route = make(
        proxy,
        "/services/example-service/routes",
        "{\"name\":\"example-route\",\"paths\":[\"/anything\"]}");
    make(proxy, "/services/example-service/routes", "{\"paths\":[\"/other\"]}");
    make(proxy, "/services", named("other-service", "url", proxy));
    make(proxy, "/services/other-service/routes", "{\"paths\":[\"/elsewhere\"]}");
    Map<String, Object> planes =
        JSONObjectUtils.parse(ask(proxy, "GET", "/v2/control-planes", null).body());
    Map<?, ?> plane = (Map<?, ?>) ((List<?>) planes.get("data")).get(0);
    return new Snippet.Names(service, route, (String) plane.get("id"));
  }

  private static String named(String name, String field, RunningProxy proxy) {
    return "{\"name\":\"" + name + "\",\"" + field + "\":\"" + proxy.upstream().uri()
        + "/anything\"}";
  }

  private static List<String> ids(RunningProxy proxy, String kind) throws Exception {
    List<?> data = (List<?>)
        JSONObjectUtils.parse(ask(proxy, "GET", "/" + kind, null).body()).get("data");
    return data.stream().map(each -> (String) ((Map<?, ?>) each).get("id")).toList();
  }

  private static Bash bash() {
    return new Bash(
        folder,
        new HashMap<>(Map.of(
            "ISSUER",
            SharedKeycloak.server().issuer(SnippetCaller.REALM),
            "CLIENT_ID",
            "service",
            "CLIENT_SECRET",
            RunningProxy.SECRET,
            "KONNECT_TOKEN",
            TOKEN)));
  }

  private static void delete(RunningProxy proxy, String kind) throws Exception {
    for (String id : ids(proxy, kind)) {
      assertThat(ask(proxy, "DELETE", "/" + kind + "/" + id, null).statusCode()).isEqualTo(204);
    }
    assertThat(ids(proxy, kind)).isEmpty();
  }

  /** Nothing is left for the next snippet. */
  @AfterEach
  void empty() throws Exception {
    for (RunningProxy proxy : List.of(kong, konnect)) {
      for (String kind : List.of("plugins", "routes", "services")) {
        delete(proxy, kind);
      }
      assertThat(proxy.get("/anything").statusCode()).isEqualTo(404);
    }
  }

  private static void assertInForceUntilDeleted(RunningProxy proxy, Snippet snippet)
      throws Exception {
    assertThat(ids(proxy, "plugins")).hasSize(1);
    SnippetCaller.of(snippet.document())
        .assertInForce(
            snippet.scope(), proxy, List.of("/anything"), List.of("/other"), "/elsewhere");

    delete(proxy, "plugins");
    SnippetCaller.needsNone(proxy, "/anything");
  }

  @ParameterizedTest
  @MethodSource("kongs")
  void callOfTheAdminApi_putsThePluginInForce(Snippet snippet) throws Exception {
    Snippet.Names ids = services(kong);
    // In one document by name, in the other one by id.
    boolean byName = snippet.document().equals("refresh-token");

    String answer = bash().type(snippet.at(kong, byName ? Snippet.Names.EXAMPLE : ids));

    assertThat(answer).startsWith("HTTP/1.1 201 ");
    assertInForceUntilDeleted(kong, snippet);
  }

  @ParameterizedTest
  @MethodSource("konnects")
  void callOfKonnect_putsThePluginInForce(Snippet snippet) throws Exception {
    String call = snippet.at(konnect, services(konnect));
    Bash stranger = bash();
    stranger.variables().put("KONNECT_TOKEN", "another");
    assertThat(stranger.type(call)).contains("Unauthorized");
    assertThat(ids(konnect, "plugins")).isEmpty();

    Map<String, Object> made = JSONObjectUtils.parse(bash().type(call));

    assertThat(made).containsEntry("name", "openid-connect").containsKey("id");
    assertInForceUntilDeleted(konnect, snippet);
  }

  private static String type(String file) throws Exception {
    return bash().type(new Snippet(WORKFLOW, file).at(kong, Snippet.Names.EXAMPLE));
  }

  /**
   * The plugin's own call is not in the document; this one has what the document says of it: the
   * client {@code kong} with {@code private_key_jwt}, both grants, headers only.
   */
  private static String plugin() {
    return String.join(
        " ",
        "curl -i -X POST " + kong.admin() + "/services/openid-connect/plugins",
        "--data name=openid-connect",
        "--data config.issuer=$ISSUER",
        "--data config.client_id=kong",
        "--data config.client_auth=private_key_jwt",
        "--data config.auth_methods=refresh_token",
        "--data config.auth_methods=password",
        "--data config.refresh_token_param_type=header",
        "--data config.refresh_token_param_name=refresh_token",
        "--data config.upstream_refresh_token_header=refresh_token");
  }

  @Test
  void workflow_ofForms_endsWithARefreshToken() throws Exception {
    assertThat(type("service-form.sh")).startsWith("HTTP/1.1 201 ");
    assertThat(type("route-form.sh")).startsWith("HTTP/1.1 201 ");
    SnippetCaller.needsNone(kong, "/");
    assertThat(kong.lastUpstreamRequest().path()).isEqualTo("/anything");
    assertThat(bash().type(plugin())).startsWith("HTTP/1.1 201 ");
    AdminApi.setJwksUrl("kong", kong.admin() + "/openid-connect/jwks");
    assertThat(kong.get("/").statusCode()).isEqualTo(401);

    String refreshToken = type("get-refresh-token.sh").strip();
    assertThat(refreshToken).startsWith("eyJ");
    String call = new Snippet(WORKFLOW, "use-refresh-token.sh").at(kong, Snippet.Names.EXAMPLE);
    String answer = bash().type(call.replace("<refresh-token>", refreshToken));
    assertThat(answer).contains("\"Refresh-Token\": \"eyJ", "\"Authorization\": \"Bearer eyJ");

    assertThat(type("use-its-own-refresh-token.sh"))
        .contains("\"Refresh-Token\": \"eyJ", "\"Authorization\": \"Bearer eyJ");
  }
}
