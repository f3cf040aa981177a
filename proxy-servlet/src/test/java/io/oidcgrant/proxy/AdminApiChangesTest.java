package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.config.Reading;
import io.oidcgrant.proxy.admin.api.AdminApi;
import io.oidcgrant.proxy.admin.api.Answer;
import io.oidcgrant.proxy.config.StateFile;
import io.oidcgrant.proxy.testing.TestAuthority;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the Admin API makes of what it is told, and what the next start makes of that. */
class AdminApiChangesTest {
  private static final String JSON = "application/json";
  private static final String YAML = "application/yaml";
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String CANARY = "canary-77d0";
  private static final String PLUGIN = """
      {"name": "upstream-oauth", "config": {"oauth": {"token_endpoint": "https://i/t",
        "client_id": "c", "client_secret": "s"}}}
      """;

  @TempDir
  private Path directory;

  private final LiveConfiguration.Source source = new LiveConfiguration.Source() {
    @Override
    public List<Path> files() {
      Path file = directory.resolve("kong.yaml");
      return Files.exists(file) ? List.of(file) : List.of();
    }

    @Override
    public Reading reading() {
      return new Reading(name -> name.equals("SECRET_NAME") ? CANARY : null, false);
    }
  };

  private LiveConfiguration live;
  private AdminApi api;

  private record Reply(int status, String body) {
    Object at(String... path) throws Exception {
      Object found = JSONObjectUtils.parse(body);
      for (String name : path) {
        found = found instanceof Map<?, ?> map
            ? map.get(name)
            : found instanceof List<?> list ? list.get(Integer.parseInt(name)) : null;
      }
      return found;
    }
  }

  @BeforeEach
  void start() {
    Optional<StateFile> file = Optional.of(new StateFile(state()));
    live = LiveConfiguration.read(source, file);
    assertThat(live.reading().problems()).isEmpty();
    api = new AdminApi(live, List::of, issuer -> {});
  }

  private Path state() {
    return directory.resolve("state.json");
  }

  private void filed(String yaml) throws Exception {
    Files.writeString(directory.resolve("kong.yaml"), yaml);
    live.reload();
  }

  private Reply send(String method, String path, String type, String body) {
    Answer answer = api.answer(method, path, null)
        .orElseGet(() -> api.write(method, path, type, body.getBytes(StandardCharsets.UTF_8)));
    return new Reply(answer.status(), answer.json());
  }

  private Reply get(String path) {
    return send("GET", path, "", "");
  }

  private Reply ok(String method, String path, String type, String body) {
    Reply reply = send(method, path, type, body);
    assertThat(reply.status()).as(reply.body()).isIn(200, 201, 204);
    return reply;
  }

  private Reply refused(String method, String path, String type, String body) throws Exception {
    String before = Files.exists(state()) ? Files.readString(state()) : "";
    Reply reply = send(method, path, type, body);
    assertThat(reply.status()).as(reply.body()).isEqualTo(400);
    assertThat(reply.body()).doesNotContain(directory.toString());
    assertThat(Files.exists(state()) ? Files.readString(state()) : "").isEqualTo(before);
    return reply;
  }

  private void shop() {
    ok("POST", "/services", JSON, "{\"name\": \"shop\", \"host\": \"h\"}");
    ok("POST", "/services/shop/routes", JSON, "{\"name\": \"cart\", \"paths\": [\"/\"]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"services", "routes", "plugins", "certificates", "ca_certificates", "consumers"})
  void listThatIsEmpty_isNone_forTheNextStartToo(String kind) throws Exception {
    ok("POST", "/config", YAML, "_format_version: \"3.0\"\n" + kind + ":\n");
    ok("POST", "/services", JSON, "{\"host\": \"h\"}");
    ok("POST", "/consumers", JSON, "{\"username\": \"alice\"}");
    assertThat(Files.readString(state())).doesNotContain("null");
    start();
    assertThat(get("/consumers/alice").status()).isEqualTo(200);
    refused("POST", "/config", YAML, "_format_version: \"3.0\"\n" + kind + ": {a: 1}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "services | {'host':'h'} | name",
        "services | {'host':'h','name':'other'} | name",
        "routes | {'paths':['/'],'service':{'name':'shop'}} | name",
        "routes | {'paths':['/'],'service':{'name':'shop'},'name':'other'} | name",
        "consumers | {'custom_id':'1'} | username",
        "consumers | {'custom_id':'1','username':'other'} | username",
        "plugins | {'name':'upstream-oauth','enabled':false} | instance_name",
        "plugins | {'name':'upstream-oauth','enabled':false,'instance_name':'other'} | instance_name",
      })
  void put_byName_setsThatName(String kind, String body, String name) throws Exception {
    shop();
    String said = body.replace('\'', '"');
    Reply first = ok("PUT", "/" + kind + "/foo", JSON, said);
    assertThat(first.at(name)).isEqualTo("foo");
    for (int i = 0; i < 2; i++) {
      Reply again = ok("PUT", "/" + kind + "/foo", JSON, said);
      assertThat(again.at(name)).isEqualTo("foo");
      assertThat(again.at("id")).isEqualTo(first.at("id"));
    }
    // By its id it has the name that it is given.
    Reply byId = ok("PUT", "/" + kind + "/" + first.at("id"), JSON, said);
    assertThat(byId.at(name)).isEqualTo(said.contains("other") ? "other" : null);
  }

  @ParameterizedTest
  @CsvSource({
    "application/json, {}",
    "application/x-www-form-urlencoded, &",
    "application/yaml, 'services: []'",
    "application/json, '{\"_format_version\": null}'",
  })
  void config_withoutItsVersion_deletesNothing(String type, String body) throws Exception {
    shop();
    Reply reply = refused("POST", "/config", type, body);
    assertThat(reply.at("fields", "_format_version")).isEqualTo("required field missing");
    assertThat(reply.at("code")).isEqualTo(14L);
    assertThat(get("/services/shop").status()).isEqualTo(200);
    ok("POST", "/config", JSON, "{\"_format_version\": \"3.0\"}");
    assertThat(get("/services/shop").status()).isEqualTo(404);
  }

  @Test
  void consumers_areToldAsTheyWereWritten() throws Exception {
    Path secret = Files.writeString(directory.resolve("x"), "file-" + CANARY);
    String reference = "{file:" + secret + "}";
    String body = "{\"username\": \"" + reference + "\", \"tags\": [\"t\"]}";
    Reply made = ok("POST", "/consumers", JSON, body);
    assertThat(made.at("username")).isEqualTo(reference);
    assertThat(made.at("tags")).isEqualTo(List.of("t"));
    assertThat(made.at("created_at")).isInstanceOf(Long.class);
    assertThat(made.at("custom_id")).isNull();
    ok("POST", "/consumers", JSON, "{\"custom_id\": \"{vault://env/secret-name}\"}");
    assertThat(send("POST", "/consumers", JSON, body).status()).isEqualTo(409);
    Reply byValue = send("POST", "/consumers", JSON, "{\"username\": \"file-" + CANARY + "\"}");
    assertThat(byValue.status()).isEqualTo(400);
    filed("consumers: [{username: \"{vault://env/secret-name}\"}]");
    String yaml = "_format_version: '3.0'\nconsumers: [{username: \"" + reference + "\"}]";
    for (Reply reply : List.of(
        get("/consumers"),
        get("/consumers/" + made.at("id")),
        get("/config"),
        ok("POST", "/config", YAML, yaml))) {
      assertThat(reply.body()).contains(reference.substring(1)).doesNotContain(CANARY);
    }
    assertThat(get("/consumers").body()).contains("{vault://env/secret-name}");
  }

  @Test
  void patch_mergesSections_andReplacesMaps() throws Exception {
    String headers = "\"oauth\": {\"token_headers\": {\"X-A\": \"1\"},";
    Object id =
        ok("POST", "/plugins", JSON, PLUGIN.replace("\"oauth\": {", headers)).at("id");
    String change = "{\"config\": {\"oauth\": {\"token_headers\": {\"X-B\": \"2\"},"
        + "\"token_post_args\": {\"b\": \"2\"}}, \"cache\": {\"default_ttl\": 7}}}";
    Reply patched = ok("PATCH", "/plugins/" + id, JSON, change);
    assertThat(patched.at("config", "oauth", "token_headers")).isEqualTo(Map.of("X-B", "***"));
    assertThat(patched.at("config", "oauth", "client_id")).isEqualTo("c");
    assertThat(patched.at("config", "cache", "default_ttl")).isEqualTo(7L);
    Reply again = ok(
        "PATCH",
        "/plugins/" + id,
        FORM,
        "config.oauth.token_post_args.c=3&config.cache.eagerly_expire=1");
    assertThat(again.at("config", "oauth", "token_post_args")).isEqualTo(Map.of("c", "***"));
    assertThat(again.at("config", "cache", "default_ttl")).isEqualTo(7L);
  }

  @Test
  void entityOfAFile_withoutNameOrId_cannotBeReferredTo() throws Exception {
    filed("""
        services:
        - host: h
          routes: [{paths: [/a]}, {paths: [/b], name: named}]
        """);
    Object service = get("/services").at("data", "0", "id");
    Object route = get("/routes").at("data", "0", "id");
    for (String path : List.of("/services/" + service, "/routes/" + route)) {
      Reply refused = refused("POST", path + "/plugins", JSON, PLUGIN);
      assertThat(refused.body()).contains("give it a name in the file");
    }
    String body = "{\"paths\": [\"/c\"], \"service\": {\"id\": \"" + service + "\"}}";
    assertThat(refused("POST", "/routes", JSON, body).at("fields", "service")).isNotNull();
    ok("POST", "/routes/named/plugins", JSON, PLUGIN);
  }

  @Test
  void config_keepsReferencesById() throws Exception {
    filed("services: [{name: filed, host: h}]");
    ok("POST", "/config", YAML, """
        _format_version: "3.0"
        services: [{name: s1, host: h}]
        routes:
        - {name: r1, paths: [/], service: s1}
        - {name: r2, paths: [/2], service: {name: filed}}
        plugins:
        - {name: upstream-oauth, enabled: false, service: {name: s1}}
        - {name: upstream-oauth, enabled: false, route: r1}
        """);
    Reply renamed = ok("PATCH", "/services/s1", FORM, "name=s2");
    ok("PATCH", "/routes/r1", FORM, "name=r3");
    assertThat(get("/routes/r3").at("service", "id")).isEqualTo(renamed.at("id"));
    assertThat(get("/services/s2/plugins").at("data", "0", "id")).isNotNull();
    assertThat(get("/routes/r3/plugins").at("data", "0", "id")).isNotNull();
    assertThat(get("/services/filed/routes").at("data", "0", "name")).isEqualTo("r2");
    assertThat(refused("POST", "/config", YAML, """
        _format_version: "3.0"
        services: [{name: s1, host: h}]
        routes: [{paths: [/], service: {name: s1, id: 0b9a2a52-8b1f-4b86-9f0e-6c3f5f7d1a01}}]
        """).at("fields", "routes", "0", "service", "name"))
        .isNotNull();
  }

  @Test
  void pluginsOfOtherNames_areNotKept() throws Exception {
    ok("POST", "/config", YAML, """
        _format_version: "3.0"
        services: [{name: shop, host: h, plugins: [{name: rate-limiting, config: {minute: 5}}]}]
        """);
    assertThat(Files.readString(state())).contains("shop").doesNotContain("rate-limiting");
  }

  @Test
  void createdAt_isKeptAsItWas() throws Exception {
    ok("POST", "/config", YAML, """
        _format_version: "3.0"
        services:
        - name: shop
          host: h
          routes: [{name: a, paths: [/]}, {name: b, paths: [/], created_at: 1700000000.5}]
        """);
    assertThat(ok("PATCH", "/routes/a", JSON, "{\"tags\": [\"t\"]}").at("created_at"))
        .isNull();
    assertThat(ok("PUT", "/routes/a", JSON, get("/routes/a").body()).at("created_at"))
        .isNull();
    assertThat(ok("PATCH", "/routes/b", JSON, "{\"tags\": [\"t\"]}").at("created_at"))
        .isEqualTo(1700000000.5);
  }

  @Test
  void singleValue_isAListOfOne() throws Exception {
    String id = "0b9a2a52-8b1f-4b86-9f0e-6c3f5f7d1a01";
    TestAuthority authority = TestAuthority.create();
    TestAuthority.Identity own = authority.issue("a.test", "a.test");
    Reply certificate = ok(
        "POST",
        "/certificates",
        FORM,
        "snis=a.test&tags=x&cert=" + encoded(own.certificate()) + "&key="
            + encoded(own.privateKey()));
    assertThat(certificate.at("snis")).isEqualTo(List.of("a.test"));
    assertThat(certificate.at("tags")).isEqualTo(List.of("x"));
    ok("PUT", "/ca_certificates/" + id, FORM, "cert=" + encoded(authority.pem()));
    Reply service =
        ok("POST", "/services", FORM, "name=shop&url=https://h&tags=x&ca_certificates=" + id);
    assertThat(service.at("ca_certificates")).isEqualTo(List.of(id));
    assertThat(service.at("tags")).isEqualTo(List.of("x"));
    ok("PATCH", "/services/shop", FORM, "client_certificate.id=" + certificate.at("id"));
    for (String path : List.of("/ca_certificates/" + id, "/certificates/" + certificate.at("id"))) {
      Reply inUse = refused("DELETE", path, "", "");
      assertThat(inUse.at("code")).isEqualTo(4L);
      assertThat(inUse.at("fields", "@referenced_by")).isEqualTo("services");
    }
  }

  private static String encoded(String text) {
    return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/plugins | {'name':'upstream-oauth','enabled':false,'tags':{'a':1}} | tags",
        "/plugins | {'name':'upstream-oauth','enabled':false,'tags':[7]} | tags.0",
        "/plugins | {'name':'upstream-oauth','enabled':false,'protocols':['htp']} | protocols.0",
        "/plugins | {'name':'upstream-oauth','enabled':false,'instance_name':7} | instance_name",
        "/plugins | {'name':'openid-connect','enabled':false,'config':{'issuerr':5}} | config.issuerr",
        "/plugins | {'name':'openid-connect','enabled':false,'config':{'leeway':'x'}} | config.leeway",
        "/plugins | {'name':'upstream-oauth','enabled':false,'config':{'oauth':{'a':1}}} | config.oauth.a",
        "/plugins | {'name':'upstream-oauth','enabled':false,'service':{'name':'shop','bogus':1}} | service.bogus",
        "/services | {'url':'http://h','host':'i'} | host",
        "/services | {'url':'http://h','port':80} | port",
        "/services | {'host':'h','routes':[{'paths':['/']}]} | routes",
        "/routes | {'paths':['/'],'service':{'id':'ID','name':'other'}} | service.name",
      })
  void whatCannotBe_isRefusedByField(String path, String body, String field) throws Exception {
    shop();
    ok("POST", "/services", JSON, "{\"name\": \"other\", \"host\": \"h\"}");
    String id = String.valueOf(get("/services/shop").at("id"));
    Reply refused = refused("POST", path, JSON, body.replace('\'', '"').replace("ID", id));
    assertThat(refused.at(("fields." + field).split("\\."))).as(refused.body()).isNotNull();
    if (path.equals("/plugins")) {
      String yaml = "{\"_format_version\": \"3.0\", \"services\": [{\"name\": \"shop\", \"host\":"
          + " \"h\"}], \"plugins\": [" + body.replace('\'', '"') + "]}";
      Reply ofConfig = refused("POST", "/config", JSON, yaml);
      assertThat(ofConfig.at(("fields.plugins.0." + field).split("\\.")))
          .as(ofConfig.body())
          .isNotNull();
    }
  }

  @Test
  void disabledPlugin_mayReferToWhatIsNotThereYet() {
    ok("POST", "/plugins", JSON, """
        {"name": "openid-connect", "enabled": false, "config": {
          "client_secret": "{vault://env/not-there}", "tls_client_auth_cert_id": "none"}}
        """);
  }

  @Test
  void config_saysWhatIsWrong_whereItWasWritten() throws Exception {
    Reply refused = refused("POST", "/config", YAML, """
        _format_version: "3.0"
        services:
        - {name: a, host: h, routes: [{paths: [/]}, {paths: [x]}]}
        - {name: b, prot: h, routes: [{paths: [/]}]}
        """);
    assertThat(refused.at("code")).isEqualTo(14L);
    assertThat(refused.at("fields", "services", "0", "routes", "1", "paths", "0"))
        .isNotNull();
    assertThat(refused.at("fields", "services", "1", "prot")).isNotNull();
    assertThat(refused.at("fields", "@entity")).isNull();
    for (String twice : List.of(
        "services: [{name: a, host: h}, {name: a, host: h}]",
        "services: [{name: a, host: h}, {name: b, host: h, id: 0b9a2a52, routes: []},"
            + " {name: a, id: 0b9a2a53, host: h}]")) {
      assertThat(refused("POST", "/config", YAML, "_format_version: '3.0'\n" + twice)
              .body())
          .contains("\"name\":\"");
    }
  }

  @Test
  void plugins_areToldWithAllTheirFields_whichCanBeSentBack() throws Exception {
    Object id = ok("POST", "/plugins", JSON, """
        {"name": "openid-connect", "config": {"issuer": "https://i", "client_id": "c",
          "client_secret": "s", "auth_methods": ["client_credentials"],
          "client_credentials_param_type": "header", "upstream_access_token_header": null}}
        """).at("id");
    Reply told = get("/plugins/" + id);
    assertThat(told.at("config", "client_id")).isEqualTo(List.of("c"));
    assertThat(told.at("config", "client_secret")).isEqualTo(List.of("***"));
    assertThat(told.at("config", "leeway")).isEqualTo(0L);
    assertThat(told.at("config", "upstream_access_token_header")).isNull();
    assertThat(told.body()).contains("\"dpop_jwk\":null", "\"consumer\":null", "\"tags\":null");
    assertThat(String.valueOf(get("/config").at("config"))).doesNotContain("leeway", "dpop_jwk");
    String before = Files.readString(state());
    ok("PUT", "/plugins/" + id, JSON, told.body());
    assertThat(Files.readString(state()).length()).isLessThan(before.length() + 200);
    Reply without =
        ok("PATCH", "/plugins/" + id, JSON, "{\"config\": {\"upstream_id_token_header\": \"x\"}}");
    assertThat(without.at("config", "upstream_access_token_header")).isNull();

    Reply other = ok("POST", "/plugins", JSON, PLUGIN);
    assertThat(other.at("config", "behavior")).isInstanceOf(Map.class);
    ok("PUT", "/plugins/" + other.at("id"), JSON, other.body());
    assertThat(Files.readString(state())).doesNotContain("behavior", "grant_type");
    shop();
    ok("POST", "/consumers", JSON, "{\"username\": \"alice\"}");
    for (String path : List.of("/services/shop", "/routes/cart", "/consumers/alice")) {
      Reply same = get(path);
      assertThat(same.body()).contains("\"tags\":null");
      Map<String, Object> again =
          JSONObjectUtils.parse(ok("PUT", path, JSON, same.body()).body());
      again.put("updated_at", same.at("updated_at"));
      assertThat(again).isEqualTo(JSONObjectUtils.parse(same.body()));
    }
  }

  @Test
  void maskOfAnAddress_standsForThatAddressAlone() throws Exception {
    String proxy = "\"config\": {\"client\": {\"http_proxy\": \"http://old:1\"},";
    Object id =
        ok("POST", "/plugins", JSON, PLUGIN.replace("\"config\": {", proxy)).at("id");
    String change = "{\"config\": {\"client\": {\"http_proxy\": \"http://***@new:1\"}}}";
    Reply moved = refused("PATCH", "/plugins/" + id, JSON, change);
    assertThat(moved.at("fields", "config", "client", "http_proxy")).isNotNull();
    // Without the mask it is a change as any other.
    ok("PATCH", "/plugins/" + id, JSON, change.replace("***@", ""));
    assertThat(get("/plugins/" + id).at("config", "client", "http_proxy"))
        .isEqualTo("http://new:1");
  }
}
