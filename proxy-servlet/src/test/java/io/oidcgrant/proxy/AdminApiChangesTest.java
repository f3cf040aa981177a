package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the Admin API makes of what it is told, and what the next start makes of that. */
class AdminApiChangesTest extends AdminApiFixture {
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
}
