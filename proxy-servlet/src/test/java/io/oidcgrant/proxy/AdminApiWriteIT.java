package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RecordingUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the Admin API makes, changes and deletes, as scripts for Kong ask it. */
class AdminApiWriteIT {
  private static final String JSON = "application/json";
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String PARTS = "multipart/form-data; boundary=b";
  private static final String ID = "0b9a2a52-8b1f-4b86-9f0e-6c3f5f7d1a01";
  private static final String CHANGES_NOTHING = "changes-nothing";
  private static final String CANARY = "canary-5e1c";

  @TempDir
  private static Path directory;

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static StubIssuer issuer;
  private static RecordingUpstream upstream;
  private static ProxyProcess proxy;
  private static Path state;

  private record Reply(int status, String body, Map<String, Object> json) {
    Object at(String... path) {
      Object found = json;
      for (String name : path) {
        found = found instanceof Map<?, ?> map ? map.get(name) : null;
      }
      return found;
    }
  }

  @BeforeAll
  static void start() {
    issuer = new StubIssuer();
    upstream = new RecordingUpstream();
    state = directory.resolve("state.json");
    proxy = ProxyProcess.run(
        Configs.file(directory, "services: [{name: filed, url: \"http://127.0.0.1:9\"}]"),
        "--state",
        state.toString());
  }

  @AfterAll
  static void stop() {
    proxy.close();
    upstream.close();
    issuer.close();
  }

  @BeforeEach
  void empty(TestInfo test) throws Exception {
    if (!test.getTags().contains(CHANGES_NOTHING)) {
      empty();
    } else if (send("GET", "/services/shop", "", "").status() == 404) {
      empty();
      serviceAndRoute();
    }
  }

  private static void empty() throws Exception {
    assertThat(send("POST", "/config", JSON, "{\"_format_version\": \"3.0\"}").status())
        .isEqualTo(201);
  }

  @AfterEach
  void nothingIsInTheLog() {
    assertThat(proxy.log()).doesNotContain(CANARY, "Exception");
  }

  private static Reply send(String method, String path, String type, String body) throws Exception {
    return send(proxy, method, path, type, body);
  }

  private static Reply send(
      ProxyProcess to, String method, String path, String type, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + to.adminPort() + path))
        .method(
            method,
            body.isEmpty()
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<String> answer =
        CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    String text = answer.body();
    return new Reply(
        answer.statusCode(), text, text.startsWith("{") ? JSONObjectUtils.parse(text) : Map.of());
  }

  private static Reply made(String path, String type, String body) throws Exception {
    Reply reply = send("POST", path, type, body);
    assertThat(reply.status()).as(reply.body()).isEqualTo(201);
    return reply;
  }

  private static void serviceAndRoute() throws Exception {
    made("/services", FORM, "name=shop&url=" + upstream.url() + "/anything");
    made("/services/shop/routes", FORM, "name=cart&paths[]=/");
  }

  private static String plugin(String more) {
    return """
        {"name": "openid-connect", "config": {"issuer": "%s", "client_id": ["kong"],
          "client_secret": ["%s"], "auth_methods": ["client_credentials"],
          "client_credentials_param_type": ["header"]%s}, "tags": []}
        """.formatted(issuer.url(), CANARY, more);
  }

  private static int status(String... headers) {
    upstream.take();
    return proxy.get("/", headers).status();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/v2/control-planes/any-plane/core-entities"})
  void whatIsMade_isInForceAtOnce(String prefix) throws Exception {
    Reply service =
        made(prefix + "/services", FORM, "name=shop&url=" + upstream.url() + "/anything");
    assertThat(service.at("host")).isEqualTo("127.0.0.1");
    assertThat(service.at("path")).isEqualTo("/anything");
    assertThat(service.at("retries")).isEqualTo(5L);
    assertThat(service.json()).doesNotContainKey("url");
    assertThat((Long) service.at("created_at"))
        .isCloseTo(Instant.now().getEpochSecond(), within(60L));
    Reply route = made(prefix + "/services/shop/routes", FORM, "name=cart&paths[]=/");
    assertThat(route.at("service")).isEqualTo(Map.of("id", service.at("id")));
    assertThat(route.at("paths")).isEqualTo(List.of("/"));
    assertThat(status()).isEqualTo(200);

    Reply plugin = made(prefix + "/routes/cart/plugins/", JSON, plugin(""));
    assertThat(plugin.at("route")).isEqualTo(Map.of("id", route.at("id")));
    assertThat(plugin.body()).doesNotContain(CANARY).contains("\"client_secret\":[\"***\"]");
    assertThat(status()).isEqualTo(401);
    assertThat(status("Authorization: Basic YTpi")).isEqualTo(200);

    String one = prefix + "/plugins/" + plugin.at("id");
    Reply changed = send("PATCH", one, FORM, "enabled=false");
    assertThat(changed.at("enabled")).isEqualTo(false);
    assertThat(status()).isEqualTo(200);
    assertThat(send("GET", one, "", "").at("enabled")).isEqualTo(false);
    assertThat(send("PATCH", one, JSON, "{\"enabled\": true}").status()).isEqualTo(200);
    assertThat(status()).isEqualTo(401);
    assertThat(send("DELETE", one, "", "").status()).isEqualTo(204);
    assertThat(status()).isEqualTo(200);
    assertThat(send("GET", one, "", "").status()).isEqualTo(404);
    assertThat(send("DELETE", one, "", "").status()).isEqualTo(204);
  }

  @Test
  void warning_isInTheLog_onceAsLongAsItsReasonStays() throws Exception {
    made("/services", FORM, "name=lax&url=https://127.0.0.1:9&tls_verify=false");
    made("/consumers", FORM, "username=somebody");
    assertThat(proxy.log().lines().filter(line -> line.contains("tls_verify")))
        .singleElement()
        .asString()
        .contains("WARN", "services[0]");
  }

  @Test
  void scopes_areThoseOfTheAddress_orOfTheBody() throws Exception {
    serviceAndRoute();
    assertThat(made("/plugins/", JSON, plugin("")).at("service")).isNull();
    Reply again = send("POST", "/plugins", JSON, plugin(""));
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.body())
        .contains("{consumer=null,route=null,service=null,name=\\\"openid-connect\\\"}");
    Object service = send("GET", "/services/shop", "", "").at("id");
    Reply ofService = made("/services/" + service + "/plugins/", JSON, plugin(""));
    assertThat(ofService.at("service")).isEqualTo(Map.of("id", service));
    Reply byForm = made(
        "/plugins",
        FORM,
        "name=openid-connect&route.name=cart&config.issuer=" + issuer.url()
            + "&config.client_id=kong&config.client_secret=12345&config.client_auth="
            + "client_secret_post&config.auth_methods[1]=client_credentials"
            + "&config.client_credentials_param_type=header&config.leeway=7"
            + "&config.ssl_verify=true&config.login_tokens=");
    assertThat(byForm.at("config", "leeway")).isEqualTo(7L);
    assertThat(byForm.at("config", "ssl_verify")).isEqualTo(true);
    assertThat(send("GET", "/routes/cart/plugins", "", "").body())
        .contains(String.valueOf(byForm.at("id")))
        .doesNotContain(String.valueOf(ofService.at("id")));
    assertThat(
            send("GET", "/services/shop/plugins/" + ofService.at("id"), "", "").status())
        .isEqualTo(200);
    assertThat(send("GET", "/routes/cart/plugins/" + ofService.at("id"), "", "").status())
        .isEqualTo(404);
    // It goes with its route, that of the service stays with the service.
    assertThat(send("DELETE", "/routes/cart", "", "").status()).isEqualTo(204);
    assertThat(send("GET", "/plugins", "", "").body())
        .doesNotContain(String.valueOf(byForm.at("id")))
        .contains(String.valueOf(ofService.at("id")));
  }

  @Test
  void put_makesOrReplaces_andPatch_merges() throws Exception {
    Reply put = send("PUT", "/services/" + ID, JSON, "{\"name\":\"a\",\"host\":\"h\"}");
    assertThat(put.status()).as(put.body()).isEqualTo(200);
    assertThat(put.at("id")).isEqualTo(ID);
    assertThat(
            send("PUT", "/services/b", JSON, "{\"host\":\"h\",\"retries\":2}").at("name"))
        .isEqualTo("b");
    assertThat(
            send("PUT", "/services/b", JSON, "{\"name\":\"b\",\"host\":\"i\"}").at("retries"))
        .isEqualTo(5L);
    Reply patched = send("PATCH", "/services/b", JSON, "{\"url\":\"https://j/k\"}");
    assertThat(patched.at("port")).isEqualTo(443L);
    assertThat(patched.at("host")).isEqualTo("j");
    assertThat(send("PATCH", "/services/b", JSON, "{\"path\":null}").at("path")).isNull();
    made("/services/b/plugins", JSON, plugin(", \"leeway\": 3, \"scopes\": [\"a\", \"b\"]"));
    Reply list = send("GET", "/services/b/plugins", "", "");
    Object id = ((Map<?, ?>) ((List<?>) list.at("data")).get(0)).get("id");
    Reply merged =
        send("PATCH", "/plugins/" + id, JSON, "{\"config\":{\"scopes\":[\"c\"],\"leeway\":null}}");
    assertThat(merged.at("config", "scopes")).isEqualTo(List.of("c"));
    assertThat(merged.at("config", "leeway")).isNull();
    assertThat(merged.at("config", "issuer")).isEqualTo(issuer.url());
    assertThat(Files.readString(state)).contains(CANARY);
    // What was read is sent back: the mask stands for the secret that there is.
    Reply same = send("PUT", "/plugins/" + id, JSON, merged.body());
    assertThat(same.status()).as(same.body()).isEqualTo(200);
    assertThat(Files.readString(state)).contains(CANARY).doesNotContain("***");
  }

  @Test
  void state_isAFileForItsOwner_thatTheNextStartTakesUp() throws Exception {
    serviceAndRoute();
    made("/plugins", JSON, plugin(""));
    made("/consumers", JSON, "{\"username\": \"alice\", \"custom_id\": \"7\"}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
        .isEqualTo("rw-------");
    Path copy = Files.copy(state, directory.resolve("copy.json"));
    try (ProxyProcess check = ProxyProcess.launch(Map.of(), "check", "--config", copy.toString())) {
      assertThat(check.exitStatus()).as(check.log()).isZero();
      assertThat(check.output()).containsExactly("ok: 1 services, 1 routes, 1 plugins in force");
    }
    try (ProxyProcess next = ProxyProcess.launch(
        Map.of(),
        "run",
        "--state",
        copy.toString(),
        "--listen",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0")) {
      assertThat(next.get("/").status()).isEqualTo(401);
      for (String kind : List.of("/routes", "/plugins", "/consumers")) {
        assertThat(next.admin(kind).body()).isEqualTo(proxy.admin(kind).body());
      }
    }
  }

  @Test
  void whatIsKept_canBeReadAgain_whateverItHolds() throws Exception {
    String deep = "[".repeat(60) + "]".repeat(60);
    made(
        "/services",
        JSON,
        "{\"host\": \"h\", \"tags\": [\"\u007f\u0085\u0090\uffff\"], \"_comment\": " + deep + "}");
    Path copy = Files.copy(state, directory.resolve("odd.json"));
    try (ProxyProcess next = ProxyProcess.launch(
        Map.of(),
        "run",
        "--state",
        copy.toString(),
        "--listen",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0")) {
      assertThat(next.admin("/services").body()).contains("\u0090");
    }
  }

  @Test
  void id_isTheSameInEitherCase() throws Exception {
    String upper = ID.toUpperCase(java.util.Locale.ROOT);
    String body = "{\"id\": \"" + upper + "\", \"name\": \"one\", \"host\": \"h\"}";
    made("/services", JSON, body);
    assertThat(send("POST", "/services", JSON, body.replace("one", "two")).status())
        .isEqualTo(409);
    assertThat(send("GET", "/services/" + upper, "", "").at("name")).isEqualTo("one");
  }

  @Test
  void patch_changesWhatADeclarativeFileSaidInShort() throws Exception {
    send("POST", "/config", "text/yaml", """
        _format_version: "3.0"
        services:
        - {name: shop, url: "http://h:81", routes: [{name: all, paths: [/]}]}
        - {name: other, url: "http://h"}
        """);
    Reply host = send("PATCH", "/services/shop", JSON, "{\"host\": \"i\"}");
    assertThat(host.at("host")).isEqualTo("i");
    assertThat(((Number) host.at("port")).intValue()).isEqualTo(81);
    Reply route = send("PATCH", "/routes/all", JSON, "{\"service\": {\"name\": \"other\"}}");
    assertThat(route.at("service", "id"))
        .isEqualTo(send("GET", "/services/other", "", "").at("id"));
  }

  @Test
  void masks_inAListThatBecomesShorter_areRefused() throws Exception {
    String two = "{\"client_id\": [\"a\", \"b\"], \"client_secret\": [\"s\", \"" + CANARY + "\"]}";
    Object id = made("/plugins", JSON, plugin("")).at("id");
    assertThat(
            send("PATCH", "/plugins/" + id, JSON, "{\"config\": " + two + "}").status())
        .isEqualTo(200);
    String one = "{\"client_id\": [\"b\"], \"client_secret\": [\"***\"]}";
    Reply refused = send("PATCH", "/plugins/" + id, JSON, "{\"config\": " + one + "}");
    assertThat(refused.status()).as(refused.body()).isEqualTo(400);
    assertThat(refused.body()).contains("must be the secret itself").doesNotContain(CANARY);
  }

  @Test
  void whatIsOfAFile_isToldAndReferredTo_butNotChanged() throws Exception {
    Object id = send("GET", "/services/filed", "", "").at("id");
    Reply route =
        made("/routes", JSON, "{\"paths\": [\"/f\"], \"service\": {\"id\": \"" + id + "\"}}");
    assertThat(route.at("service", "id")).isEqualTo(id);
    for (String method : List.of("PUT", "PATCH", "DELETE")) {
      Reply refused = send(method, "/services/filed", JSON, "{\"host\":\"h\"}");
      assertThat(refused.status()).isEqualTo(405);
      assertThat(refused.body()).contains("of a configuration file");
    }
    assertThat(send("POST", "/services", JSON, "{\"name\":\"filed\",\"host\":\"h\"}")
            .status())
        .isEqualTo(409);
  }

  @Test
  void lists_comeInPages() throws Exception {
    StringBuilder config = new StringBuilder("_format_version: '3.0'\nservices:\n");
    for (int i = 0; i < 120; i++) {
      config.append("- {name: s").append(i).append(", host: h}\n");
    }
    Reply all = send("POST", "/config", "application/yaml", config.toString());
    assertThat(all.status()).as(all.body()).isEqualTo(201);
    List<Object> names = new ArrayList<>();
    Object next = "/v2/control-planes/x/core-entities/services?size=50";
    for (int i = 0; next != null && i < 5; i++) {
      Reply page = send("GET", String.valueOf(next), "", "");
      ((List<?>) page.at("data")).forEach(one -> names.add(((Map<?, ?>) one).get("name")));
      next = page.at("next");
    }
    assertThat(names).hasSize(121).doesNotHaveDuplicates().contains("filed", "s0", "s119");
    assertThat(((List<?>) send("GET", "/services", "", "").at("data"))).hasSize(100);
    assertThat(send("GET", "/services?size=0", "", "").status()).isEqualTo(400);
    assertThat(send("GET", "/services?offset=x", "", "").status()).isEqualTo(400);
  }

  @Test
  void config_replacesWhatIsKept_orNothing() throws Exception {
    serviceAndRoute();
    String yaml = """
        _format_version: "3.0"
        services:
        - name: other
          url: %s/anything
          routes: [{name: all, paths: [/], plugins: [%s]}]
        """.formatted(upstream.url(), Configs.grant(issuer.url()));
    String json = JSONObjectUtils.toJSONString(Map.of("config", yaml));
    Reply taken = send("POST", "/config", JSON, json);
    assertThat(taken.status()).as(taken.body()).isEqualTo(201);
    assertThat(send("GET", "/services/shop", "", "").status()).isEqualTo(404);
    assertThat(send("GET", "/routes/all/plugins", "", "").body()).contains("openid-connect");
    assertThat(status()).isEqualTo(401);
    String before = Files.readString(state);
    for (String bad : List.of(
        "services: [{name: a, host: h}, {name: a, host: h}]",
        "services: [{name: a, host: *x}]",
        "services: [&x {name: a, host: h}, *x]",
        "services: [{name: a, host: !!java.net.URL [http://h]}]",
        "servces: []",
        "services: [{name: a, host: h, plugins: [{name: openid-connect, config: {isuer: x}}]}]",
        "services: [{name: a, host: \"${{ env \\\"HOME\\\" }}\"}]",
        "services: [{name: a, host",
        "services: [{name: a, host: h, tags: " + "[".repeat(600) + "]".repeat(600) + "}]",
        yaml.replace("client_secret: s", "client_secret: \"***\""),
        "routes: [{service: nowhere, paths: [/]}]",
        "a: 1\n---\nb: 2",
        "- 1",
        "")) {
      Reply refused = send("POST", "/config", "text/yaml", versioned(bad));
      assertThat(refused.status()).as(bad + refused.body()).isEqualTo(400);
      Reply inForm = send("POST", "/config", FORM, "config=" + encoded(versioned(bad)));
      assertThat(inForm.status()).as(bad).isEqualTo(400);
    }
    send("POST", "/config", JSON, json);
    assertThat(Files.readString(state)).isEqualTo(before);
  }

  private static String versioned(String yaml) {
    return yaml.contains("services:") && !yaml.contains("_format_version")
        ? "_format_version: '3.0'\n" + yaml
        : yaml;
  }

  private static String encoded(String text) {
    return java.net.URLEncoder.encode(text, java.nio.charset.StandardCharsets.UTF_8);
  }

  private static String parts(String name, String value) {
    return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value
        + "\r\n--b--\r\n";
  }

  /** 3 to the power of 16. */
  private static String aliases() {
    StringBuilder yaml =
        new StringBuilder("_format_version: '3.0'\n_comment:\n  a0: &a0 [1, 1, 1]\n");
    for (int i = 1; i < 16; i++) {
      yaml.append("  aNEW: &aNEW [*aOLD, *aOLD, *aOLD]\n"
          .replace("NEW", "" + i)
          .replace("OLD", "" + (i - 1)));
    }
    return yaml.toString();
  }

  static List<List<String>> bad() {
    String plugins = "/services/shop/plugins";
    return List.of(
        // method, path, type, body, status, and what the answer says
        List.of("POST", "/services", JSON, "{}", "400", "\"host\":"),
        List.of("POST", "/services", JSON, "{\"host\":7}", "400", "{\"host\":\"is a number"),
        List.of(
            "POST", "/services", JSON, "{\"host\":\"h\",\"prot\":1}", "400", "\"prot\":\"unknown"),
        List.of("POST", "/services", JSON, "{\"url\":\"" + CANARY + "\"}", "400", "\"url\":\"must"),
        List.of("POST", "/services", JSON, "{\"name\":\"shop\",\"host\":\"h\"}", "409", "UNIQUE"),
        List.of("POST", "/services", JSON, "{\"id\":\"x\",\"host\":\"h\"}", "400", "valid UUID"),
        List.of("POST", "/services", JSON, "{\"host\":\"h\"", "400", "Cannot parse JSON body"),
        List.of("POST", "/services", JSON, "[1]", "400", "Cannot parse JSON body"),
        List.of(
            "POST", "/services", JSON, "{\"host\":\"h\",\"host\":\"i\"}", "400", "Cannot parse"),
        List.of(
            "POST",
            "/services",
            JSON,
            "{\"name\":\"a/b\",\"host\":\"h\"}",
            "400",
            "\"name\":\"invalid"),
        List.of(
            "POST",
            "/services",
            JSON,
            "{\"name\":\"\",\"host\":\"h\"}",
            "400",
            "\"name\":\"invalid"),
        List.of("POST", "/services", JSON, "[".repeat(5000), "400", "Cannot parse"),
        List.of("POST", "/services", FORM, "host=%zz", "400", "Cannot parse body"),
        List.of("POST", "/services", FORM, "a.b=1&a=2", "400", "Cannot parse body"),
        List.of("POST", "/services", FORM, "a[9999]=1", "400", "Cannot parse body"),
        List.of("POST", "/services", FORM, "host=h&port=many", "400", "{\"port\":\"is a text"),
        List.of("POST", "/services", "text/plain", "{\"host\":\"h\"}", "415", "Unsupported"),
        List.of("POST", "/services", "application/xml", "<a/>", "415", "Unsupported"),
        List.of("POST", "/services", "", "host=h", "415", "Unsupported"),
        List.of("POST", "/services", "multipart/form-data", "x", "400", "Cannot parse"),
        List.of("POST", "/routes", JSON, "{\"paths\":[\"/\"]}", "400", "\"service\":"),
        List.of(
            "POST",
            "/routes",
            JSON,
            "{\"paths\":[\"/\"],\"service\":{\"name\":\"no\"}}",
            "400",
            "foreign key violation"),
        List.of("POST", "/services/no/routes", JSON, "{\"paths\":[\"/\"]}", "404", "Not found"),
        List.of(
            "POST",
            "/services/shop/routes",
            JSON,
            "{\"paths\":[\"/x\",\"y\"]}",
            "400",
            "\"paths\":[null,\""),
        List.of("POST", plugins, JSON, "{\"config\":{}}", "400", "\"name\":\"is missing"),
        List.of("POST", plugins, JSON, "{\"name\":\"\"}", "400", "plugin '' not enabled"),
        List.of(
            "POST", "/services", JSON, "{\"host\":\"h\",\"tags\":[\"\\ud800\"]}", "400", "half"),
        List.of("POST", "/services", PARTS, parts("host[[", "h"), "400", "name cannot be read"),
        List.of("POST", "/config", "text/yaml", "apiVersion: v1\nkind: List\n", "400", "manifest"),
        List.of("POST", "/config", "text/yaml", aliases(), "400", "by its aliases"),
        List.of("POST", plugins, JSON, "{\"name\":\"acme\"}", "400", "plugin 'acme' not enabled"),
        List.of(
            "POST",
            plugins,
            JSON,
            plugin(", \"isuer\": \"" + CANARY + "\""),
            "400",
            "{\"config\":{\"isuer\":\"unknown field; did you mean issuer?\"}}"),
        List.of(
            "POST",
            plugins,
            JSON,
            plugin(", \"leeway\": \"" + CANARY + "\""),
            "400",
            "{\"config\":{\"leeway\":"),
        List.of(
            "POST", plugins, JSON, plugin("").replace(CANARY, "***"), "400", "the secret itself"),
        List.of(
            "POST",
            plugins,
            JSON,
            plugin("").replace(CANARY, "${{ env \\\"HOME\\\" }}"),
            "400",
            "{vault://env/NAME}"),
        List.of(
            "POST",
            plugins,
            JSON,
            plugin("").replace("\"tags\": []", "\"consumer\":{\"id\":\"x\"}"),
            "400",
            "\"consumer\":"),
        List.of(
            "PUT", "/plugins/" + ID, JSON, "{\"name\":\"openid-connect\"}", "400", "\"config\":"),
        List.of("PATCH", "/services/none", JSON, "{}", "404", "Not found"),
        List.of(
            "PATCH", "/services/shop", JSON, "{\"id\":\"" + ID + "\"}", "400", "cannot be changed"),
        List.of("PATCH", "/services/shop", JSON, "{\"port\":0}", "400", "\"port\":"),
        List.of("DELETE", "/services/shop", "", "", "400", "\"@referenced_by\":\"routes\""),
        List.of("PUT", "/services", JSON, "{}", "405", "Method not allowed"),
        List.of("POST", "/services/shop", JSON, "{}", "405", "Method not allowed"),
        List.of("DELETE", "/config", "", "", "405", "Method not allowed"),
        List.of(
            "POST",
            "/certificates",
            JSON,
            "{\"cert\":\"none.pem\",\"key\":\"" + CANARY + "\"}",
            "400",
            "\"cert\":"),
        List.of("PUT", "/certificates/x", JSON, "{}", "400", "valid UUID"),
        List.of("POST", "/consumers", JSON, "{}", "400", "\"username\":"),
        List.of("POST", "/upstreams", JSON, "{}", "404", "Not found"));
  }

  @ParameterizedTest
  @Tag(CHANGES_NOTHING)
  @MethodSource("bad")
  void badInput_isRefusedAsKongDoes_andChangesNothing(List<String> row) throws Exception {
    String before = Files.readString(state);
    Reply reply = send(row.get(0), row.get(1), row.get(2), row.get(3));
    assertThat(reply.status()).as(reply.body()).isEqualTo(Integer.parseInt(row.get(4)));
    assertThat(reply.body()).contains(row.get(5)).doesNotContain(CANARY);
    assertThat(Files.readString(state)).isEqualTo(before);
    assertThat(status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "'Content-Length: 104857600', ''",
    "'Transfer-Encoding: chunked', '900000\r\n'",
  })
  void bodyThatIsTooLong_is413(String framing, String begin) throws Exception {
    byte[] block = new byte[64 * 1024];
    try (RawConnection connection = new RawConnection(proxy.adminPort())) {
      connection.send("POST /services HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + JSON + "\r\n"
          + framing + "\r\n\r\n" + begin);
      for (int i = 0; !begin.isEmpty() && i < 130; i++) {
        connection.send(block);
      }
      assertThat(connection.read().status()).isEqualTo(413);
    } catch (IllegalStateException | UncheckedIOException e) {
      // The rest of the body may meet a closed connection.
      assertThat(begin).isNotEmpty();
    }
    assertThat(proxy.admin("/services").status()).isEqualTo(200);
  }

  @Test
  void pagesInBrowsers_changeNothing() throws Exception {
    for (String header : List.of("Origin", "Sec-Fetch-Site")) {
      Reply refused =
          send(proxy, "POST", "/services", FORM, "host=h", header, "http://127.0.0.1:" + 1);
      assertThat(refused.status()).isEqualTo(403);
    }
    assertThat(send("GET", "/services", "", "").body()).doesNotContain("\"h\"");
    try (RawConnection connection = new RawConnection(proxy.adminPort())) {
      // The body is not there yet.
      Answer early = connection
          .send(
              "POST /services HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\nContent-Length: 6\r\n\r\n")
          .read();
      assertThat(early.status()).isEqualTo(403);
      assertThat(early.header("Connection")).isEqualTo("close");
    }
  }

  @Test
  void token_isAskedFor_whereThereIsOne_andReadAgain() throws Exception {
    Path token = Files.writeString(directory.resolve("token"), "first-" + CANARY + "\n");
    try (ProxyProcess guarded = ProxyProcess.launch(
        Map.of(),
        "run",
        "--state",
        directory.resolve("guarded.json").toString(),
        "--listen",
        "127.0.0.1:0",
        "--admin",
        "0.0.0.0:0",
        "--admin-token-file",
        token.toString())) {
      String service = "{\"host\":\"h\"}";
      for (String path : List.of("/services", "/v2/control-planes/x/core-entities/services")) {
        assertThat(send(guarded, "POST", path, JSON, service).status()).isEqualTo(401);
        assertThat(send(guarded, "GET", path, "", "").status()).isEqualTo(401);
        assertThat(send(guarded, "POST", path, JSON, service, "Authorization", "Bearer x")
                .status())
            .isEqualTo(401);
        assertThat(send(
                    guarded, "POST", path, JSON, service, "Authorization", "Bearer first-" + CANARY)
                .status())
            .isEqualTo(201);
      }
      assertThat(send(guarded, "GET", "/services", "", "", "Kong-Admin-Token", "first-" + CANARY)
              .status())
          .isEqualTo(200);
      assertThat(guarded.admin("/health/live").status()).isEqualTo(200);
      assertThat(guarded.admin("/metrics").status()).isEqualTo(200);
      assertThat(guarded.admin("DELETE", "/openid-connect/jwks").status()).isEqualTo(401);
      Files.writeString(token, "second-token");
      org.awaitility.Awaitility.await()
          .untilAsserted(() -> assertThat(
                  send(guarded, "GET", "/services", "", "", "Authorization", "Bearer second-token")
                      .status())
              .isEqualTo(200));
      assertThat(send(guarded, "GET", "/services", "", "", "Kong-Admin-Token", "first-" + CANARY)
              .status())
          .isEqualTo(401);
      assertThat(guarded.log()).doesNotContain(CANARY);
    }
  }
}
