package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.Reading;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.config.Gateway;
import io.oidcgrant.proxy.config.GatewayFiles;
import io.oidcgrant.proxy.testing.SelfSigned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What shows only when the plugins are put together is found by reading, with its place. */
class PluginNeedsTest {
  private static final String CONFIG = """
      services: [{name: s, url: "http://127.0.0.1:1", routes: [{name: r, paths: [/a]}]}]
      ca_certificates: [{id: ca, cert: "{file:DIR/ca.pem}"}]
      plugins:
        - name: openid-connect
          config:
            issuer: https://idp.example
            client_id: proxy
            client_secret: s
            auth_methods: [bearer]
            insecure_any_audience: true
            FIELD
        - name: upstream-oauth
          config:
            oauth:
              token_endpoint: https://idp.example/token
              client_id: c
              client_secret: s
              grant_type: client_credentials
            client:
              ssl_verify: true
              INNER
      """;

  @TempDir
  private Path directory;

  private final Reading reading = new Reading(name -> null, false);

  private Gateway read(String config, String... trusted) throws IOException {
    SelfSigned.of("ca", "EC", Duration.ofDays(30)).write(directory, "ca");
    Path file = Files.writeString(directory.resolve("kong.yaml"), config);
    Gateway gateway = GatewayFiles.read(List.of(file), reading);
    assertThat(reading.problems()).isEmpty();
    PluginNeeds.check(gateway, null, TrustedPeers.of(List.of(trusted)), reading);
    return gateway;
  }

  private String with(String field, String inner) {
    return CONFIG
        .replace("FIELD", field)
        .replace("INNER", inner)
        .replace("DIR", directory.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ca_certificates_file: DIR/none.pem||11: plugins[0].config.ca_certificates_file: ",
        "ca_certificates_file: DIR/broken||11: plugins[0].config.ca_certificates_file: ",
        "client_keys_file: DIR/no/keys||11: plugins[0].config.client_keys_file: ",
        "client_keys_file: DIR/broken||11: plugins[0].config.client_keys_file: ",
        "|ca_certificates_file: DIR/broken|21: plugins[1].config.client.ca_certificates_file: ",
        "'proof_of_possession_mtls: strict\n      proof_of_possession_mtls_from_header: {certificate_header_name: X-Client-Cert, ca_certificates: [ca]}'||12: plugins[0].config.proof_of_possession_mtls_from_header: no peer",
      })
  void whatIsMissing_isSaidWhereItIsNamed(String field, String inner, String problem)
      throws IOException {
    Files.writeString(directory.resolve("broken"), "broken");
    Gateway gateway =
        read(with(field == null ? "" : field.replace("\\n", "\n"), inner == null ? "" : inner));

    assertThat(reading.problems())
        .singleElement()
        .asString()
        .contains("kong.yaml:" + problem)
        .doesNotContain("Exception");
    Reading again = new Reading(name -> null, false);
    PluginNeeds.check(gateway, gateway, TrustedPeers.of(List.of()), again);
    assertThat(again.problems()).as("of what has been accepted").isEmpty();
  }

  @Test
  void whatIsNotUsed_isNotMissing_andNoKeysAreMade() throws IOException {
    read(
        with(
            "ca_certificates_file: DIR/none.pem\n      ssl_verify: false\n      client_keys_file: DIR/keys"
                + "\n      proof_of_possession_mtls: strict"
                + "\n      proof_of_possession_mtls_from_header: {certificate_header_name: X-Client-Cert, ca_certificates: [ca]}",
            ""),
        "10.0.0.0/8");

    assertThat(reading.problems()).isEmpty();
    assertThat(directory.resolve("keys")).doesNotExist();
  }
}
