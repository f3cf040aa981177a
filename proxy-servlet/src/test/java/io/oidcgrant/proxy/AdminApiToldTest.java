package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.proxy.admin.api.Answer;
import io.oidcgrant.proxy.testing.TestAuthority;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the Admin API tells, and that it can be sent back. */
class AdminApiToldTest extends AdminApiFixture {
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
  void consumers_areFoundByTheirCustomId() throws Exception {
    ok("POST", "/consumers", JSON, "{\"username\": \"a\", \"custom_id\": \"x y\"}");
    ok("POST", "/consumers", JSON, "{\"username\": \"b\", \"custom_id\": \"z\"}");
    Answer found = api.answer("GET", "/consumers", "custom_id=x+y").orElseThrow();
    assertThat(found.json()).contains("\"a\"").doesNotContain("\"b\"");
    assertThat(api.answer("GET", "/consumers", "custom_id=%zz").orElseThrow().json())
        .contains("\"data\":[]");
  }

  @Test
  void numbers_areToldWithoutExponents() throws Exception {
    Reply made =
        ok("POST", "/services", JSON, "{\"name\": \"n\", \"host\": \"h\", \"read_timeout\": 1e5}");
    assertThat(made.body()).contains("\"read_timeout\":100000");
  }

  @Test
  void tags_areTexts() throws Exception {
    for (String path : List.of("/services", "/consumers")) {
      String name = path.equals("/services") ? "\"host\": \"h\"" : "\"username\": \"u\"";
      for (String tags : List.of("{\"a\": 1}", "[[1]]")) {
        Reply refused = refused("POST", path, JSON, "{" + name + ", \"tags\": " + tags + "}");
        assertThat(refused.at("fields", "tags")).isNotNull();
      }
    }
  }

  private List<Object> named(String query) throws Exception {
    Answer answer = api.answer("GET", "/services", query).orElseThrow();
    assertThat(answer.status()).as(answer.json()).isEqualTo(200);
    List<Object> names = new ArrayList<>();
    for (Object service : (List<?>) JSONObjectUtils.parse(answer.json()).get("data")) {
      names.add(((Map<?, ?>) service).get("name"));
    }
    return names;
  }

  @Test
  void lists_areOfTheTagsAskedFor() throws Exception {
    ok("POST", "/services", JSON, "{\"name\": \"a\", \"host\": \"h\", \"tags\": [\"x\", \"y z\"]}");
    ok("POST", "/services", JSON, "{\"name\": \"b\", \"host\": \"h\", \"tags\": [\"x\"]}");
    ok("POST", "/services", JSON, "{\"name\": \"c\", \"host\": \"h\"}");
    assertThat(named(null)).containsExactly("a", "b", "c");
    assertThat(named("tags=")).containsExactly("a", "b", "c");
    assertThat(named("tags=x")).containsExactly("a", "b");
    assertThat(named("size=10&tags=x,y%20z")).containsExactly("a");
    assertThat(named("tags=y+z/none")).containsExactly("a");
    assertThat(named("tags=none")).isEmpty();
    Answer page = api.answer("GET", "/services", "tags=x&size=1").orElseThrow();
    assertThat(JSONObjectUtils.parse(page.json()).get("next"))
        .isEqualTo("/services?offset=1&size=1&tags=x");
    assertThat(named("offset=1&size=1&tags=x")).containsExactly("b");
    for (String wrong : List.of("tags=x,y/z", "tags=x,,y", "tags=/")) {
      Answer refused = api.answer("GET", "/services", wrong).orElseThrow();
      assertThat(refused.status()).as(wrong).isEqualTo(400);
      assertThat(refused.json()).contains("tags");
    }
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
