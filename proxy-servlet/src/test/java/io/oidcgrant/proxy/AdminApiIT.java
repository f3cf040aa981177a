package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the Admin API tells of a configuration, and what it refuses. */
class AdminApiIT {
  private static final String KONNECT = "/v2/control-planes/any/core-entities";
  private static final String ID = "7a1d5d3c-2f4e-4f1e-9d35-2f1e5a8f6b01";

  @TempDir
  private static Path directory;

  private static StubIssuer issuer;
  private static ProxyProcess proxy;

  @BeforeAll
  static void start() {
    issuer = new StubIssuer();
    String config = """
        services:
        - name: shop
          id: %s
          url: http://127.0.0.1:9/base
          plugins: [%s]
          routes:
          - {name: cart, paths: /cart}
        - {name: "42", host: 127.0.0.1}
        routes:
        - {name: other, service: shop, hosts: [a.test], tags: ["7"]}
        plugins:
        - name: upstream-oauth
          route: other
          instance_name: mine
          config:
            oauth: {token_endpoint: "http://127.0.0.1:9/t", client_id: c, client_secret: hidden-2,
              token_headers: {X-Key: hidden-3}}
        consumers: [{username: alice, custom_id: a1}]
        """.formatted(
            ID, Configs.grant(issuer.url()).replace("client_secret: s", "client_secret: hidden-1"));
    proxy = ProxyProcess.run(Configs.file(directory, config));
  }

  @AfterAll
  static void stop() {
    proxy.close();
    issuer.close();
  }

  private static Map<String, Object> object(String path) throws Exception {
    Answer answer = proxy.admin(path);
    assertThat(answer.status()).as(path).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    return JSONObjectUtils.parse(answer.body());
  }

  private static List<Object> names(String path, String field) throws Exception {
    Map<String, Object> list = object(path);
    assertThat(list).containsEntry("next", null);
    return Arrays.stream(JSONObjectUtils.getJSONObjectArray(list, "data"))
        .map(each -> each.get(field))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", KONNECT})
  void lists_areThoseOfTheConfiguration(String prefix) throws Exception {
    assertThat(names(prefix + "/services", "name")).containsExactly("shop", "42");
    assertThat(names(prefix + "/services/shop/routes", "name"))
        .containsExactlyInAnyOrder("cart", "other");
    assertThat(names(prefix + "/services/42/routes", "name")).isEmpty();
    assertThat(names(prefix + "/services/" + ID + "/plugins/", "name"))
        .containsExactly("openid-connect");
    assertThat(names(prefix + "/routes/other/plugins", "name")).containsExactly("upstream-oauth");
    assertThat(names(prefix + "/plugins", "name"))
        .containsExactlyInAnyOrder("openid-connect", "upstream-oauth");
    assertThat(names(prefix + "/consumers", "username")).containsExactly("alice");
    assertThat(names(prefix + "/certificates", "id")).isEmpty();
    assertThat(names(prefix + "/ca_certificates", "id")).isEmpty();
  }

  @Test
  void entities_areFoundByNameAndId_withKongsFields() throws Exception {
    assertThat(object("/services/shop"))
        .isEqualTo(object("/services/" + ID))
        .containsEntry("protocol", "http")
        .containsEntry("host", "127.0.0.1")
        .containsEntry("port", 9L)
        .containsEntry("path", "/base")
        .containsEntry("retries", 5L)
        .doesNotContainKeys("url", "routes", "plugins");
    Map<String, Object> route = object("/routes/cart");
    assertThat(route)
        .containsEntry("paths", List.of("/cart"))
        .containsEntry("strip_path", true)
        .containsEntry("service", Map.of("id", ID));
    assertThat(object("/routes/" + route.get("id"))).isEqualTo(route);
    assertThat(object("/routes/other")).containsEntry("tags", List.of("7"));
    assertThat(object("/consumers/alice")).containsEntry("custom_id", "a1");
  }

  @Test
  void secrets_areMasked() throws Exception {
    String all = proxy.admin("/plugins").body() + proxy.admin("/plugins/mine").body();
    assertThat(all).contains("\"client_secret\":\"***\"", "\"X-Key\":\"***\"", issuer.url());
    assertThat(all).doesNotContain("hidden");
  }

  @Test
  void itself_issuersAndSchemas_areTold() throws Exception {
    assertThat(object("/")).containsEntry("configuration", Map.of("database", "off"));
    assertThat(object("/status")).containsKey("database");
    assertThat(JSONObjectUtils.parse(String.valueOf(object("/config").get("config"))))
        .containsKeys("services", "routes", "plugins")
        .asString()
        .contains("shop", "***")
        .doesNotContain("hidden");
    // The token endpoint of upstream-oauth is no issuer.
    assertThat(names("/openid-connect/issuers", "issuer")).containsExactly(issuer.url());
    assertThat(proxy.admin("/schemas/plugins/openid-connect").body())
        .contains("{\"issuer\":{\"type\":\"string\"", "{\"client_id\":{\"type\":\"array\"");
    assertThat(proxy.admin("/schemas/plugins/upstream-oauth").body())
        .contains("{\"oauth\":{\"type\":\"record\"");
  }

  @Test
  void issuer_isToldByIdAndName_andReadAgain() throws Exception {
    int place = names("/openid-connect/issuers", "issuer").indexOf(issuer.url());
    Object id = names("/openid-connect/issuers", "id").get(place);
    String name = URLEncoder.encode(issuer.url(), StandardCharsets.UTF_8);
    Awaitility.await()
        .untilAsserted(() -> assertThat(object("/openid-connect/issuers/" + name))
            .containsEntry("id", id)
            .containsEntry("reachable", true));
    for (String one : List.of("", "/" + id, "/" + name)) {
      int before = issuer.discoveries();
      // One that is under way already is enough for several.
      Awaitility.await().untilAsserted(() -> {
        assertThat(proxy.admin("DELETE", "/openid-connect/issuers" + one).status())
            .isEqualTo(204);
        assertThat(issuer.discoveries()).isGreaterThan(before);
      });
    }
    for (String method : List.of("GET", "DELETE")) {
      assertThat(proxy.admin(method, "/openid-connect/issuers/none").status()).isEqualTo(404);
    }
    assertThat(proxy.admin("PUT", "/openid-connect/issuers/" + id).status()).isEqualTo(405);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/services/none",
        "/services/none/routes",
        "/services/shop/certificates",
        "/services/shop/routes/none",
        "/services/42/routes/cart",
        "/services/shop/routes/cart/plugins",
        "/plugins/openid-connect",
        "/schemas/plugins/none",
        "/schemas/plugins",
        "/nothing",
        "/services/%ff",
        "/services/%2e%2e%2fplugins",
        "/v2/control-planes/any/core-entities",
        "/v2/control-planes/any/core-entities/status"
      })
  void unknown_isNotFound(String path) {
    Answer answer = proxy.admin(path);
    assertThat(answer.status()).isBetween(400, 404);
    assertThat(answer.body()).doesNotContain("shop");
  }

  @Test
  void notFound_isAsKongs() {
    Answer answer = proxy.admin("/services/none");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("{\"message\":\"Not found\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /services, create 'services'",
    "POST, /services/shop/routes, create 'routes'",
    "POST, /v2/control-planes/any/core-entities/plugins/, create 'plugins'",
    "PUT, /plugins/x, create or update 'plugins'",
    "PATCH, /routes/cart, update 'routes'",
    "DELETE, /services/shop, delete 'services'"
  })
  void writes_areRefusedInKongsWords(String method, String path, String what) {
    Answer answer = proxy.admin(method, path, "Content-Length: 2", "Content-Type: text/x");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
    assertThat(answer.body())
        .isEqualTo("{\"code\":12,\"name\":\"operation unsupported\",\"message\":\"cannot " + what
            + " entities when not using a database\"}");
  }

  @Test
  void otherMethods_areRefusedOrAnswered() {
    assertThat(proxy.admin("POST", "/config", "Content-Length: 0").status()).isEqualTo(405);
    assertThat(proxy.admin("PURGE", "/services").status()).isEqualTo(405);
    Answer options = proxy.admin("OPTIONS", "/services");
    assertThat(options.status()).isEqualTo(204);
    assertThat(options.header("Allow")).contains("GET");
  }

  private static Answer asked(String path, String host) {
    try (RawConnection connection = new RawConnection(proxy.adminPort())) {
      return connection
          .send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
          .read();
    }
  }

  @Test
  void foreignHost_isRefused_butForHealthAndMetrics() {
    for (String path : List.of("/plugins", "/", KONNECT + "/plugins")) {
      Answer answer = asked(path, "rebound.example");
      assertThat(answer.status()).as(path).isEqualTo(403);
      assertThat(answer.body()).doesNotContain("openid-connect");
    }
    assertThat(asked("/health/live", "pod.example").status()).isEqualTo(200);
    assertThat(asked("/metrics", "pod.example").status()).isEqualTo(200);
    assertThat(asked("/openid-connect/jwks", "pod.example").status()).isEqualTo(200);
    for (String host : List.of("localhost:8001", "127.0.0.1", "[::1]:8001")) {
      assertThat(asked("/plugins", host).status()).as(host).isEqualTo(200);
    }
    assertThat(asked("/plugins", "127.0.0.1.rebound.example").status()).isEqualTo(403);
  }
}
