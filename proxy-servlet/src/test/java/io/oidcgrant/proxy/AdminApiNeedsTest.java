package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import org.junit.jupiter.api.Test;

/** What a plugin needs beside the configuration, where the Admin API is told of the plugin. */
class AdminApiNeedsTest extends AdminApiFixture {
  @Test
  void fileThatIsNotThere_isSaidOfItsField() throws Exception {
    filed("services: [{name: s, url: \"http://h\", routes: [{name: r, paths: [/]}]}]\n");
    Reply reply = send("POST", "/plugins", JSON, """
        {"name": "openid-connect", "config": {"issuer": "https://idp.example", "client_id": "c",
         "client_secret": "s", "auth_methods": ["client_credentials"],
         "ca_certificates_file": "/none/ca.pem"}}
        """);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.at("fields", "config", "ca_certificates_file"))
        .asString()
        .contains("/none/ca.pem cannot be used");
  }

  @Test
  void plugin_canBeTriedWithoutMakingIt() throws Exception {
    String path = "/schemas/plugins/validate";
    Reply good = ok("POST", path, JSON, PLUGIN);
    assertThat(good.body()).isEqualTo("{\"message\":\"schema validation successful\"}");
    // What it is bound to, and what there is already, are not looked at.
    ok("POST", "/plugins", JSON, PLUGIN);
    ok("POST", path, JSON, PLUGIN.replaceFirst("\\{", "{\"route\": {\"id\": \"none\"},"));
    assertThat(ok(
                "POST",
                path,
                FORM,
                "name=openid-connect&config.issuer=https://i"
                    + "&config.auth_methods=bearer&config.audience_required=a")
            .status())
        .isEqualTo(200);
    Reply wrong = refused("POST", path, JSON, PLUGIN.replace("\"c\"", "7, \"" + CANARY + "\": 1"));
    assertThat(wrong.at("code")).isEqualTo(2L);
    assertThat(wrong.at("fields", "config", "oauth", "client_id")).asString().isNotBlank();
    assertThat(refused("POST", path, JSON, "{\"name\": \"key-auth\"}").at("fields", "name"))
        .asString()
        .contains("not enabled");
    assertThat(refused("POST", path, JSON, "{}").at("fields", "name")).isNotNull();
    refused("POST", path, JSON, "[");
    assertThat(send("POST", path, "text/plain", "a").status()).isEqualTo(415);
    assertThat(get(path).status()).isEqualTo(404);
    assertThat(send("DELETE", path, "", "").status()).isEqualTo(405);
    assertThat(get("/plugins").at("data")).asInstanceOf(LIST).hasSize(1);
  }
}
