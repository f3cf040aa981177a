package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

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
}
