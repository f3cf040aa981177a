package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.config.UpstreamOAuthConfigBuilder;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.testing.EchoApp;
import io.oidcgrant.testing.ForwardProxy;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.TestCertificates;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Token requests that go through a proxy. */
class UpstreamOAuthProxyIT {
  private static final String PROOF = "Basic cHJveHk6Y2FuYXJ5";

  @TempDir
  Path folder;

  private static UpstreamOAuthConfigBuilder config(String endpoint) {
    return UpstreamOAuthConfig.builder()
        .tokenEndpoint(endpoint)
        .clientId("gate")
        .clientSecret("gate-canary");
  }

  /** The status of a request to an application behind a filter with this configuration. */
  private static int status(UpstreamOAuthConfigBuilder config) {
    try (GrantRuntime runtime = GrantRuntime.create();
        EchoApp app = EchoApp.start(new UpstreamOAuthFilter(config.build(), runtime))) {
      int status = new RawHttp(app.port()).get("/a").status();
      assertThat(app.seen()).hasSize(status == 200 ? 1 : 0);
      return status;
    }
  }

  @Test
  void httpEndpoint_isAskedThroughItsProxy_byItsNameAndWithTheProof() {
    try (ScriptedIssuer issuer = ScriptedIssuer.start();
        ForwardProxy proxy = ForwardProxy.start(issuer.port())) {
      UpstreamOAuthConfigBuilder config = config("http://idp.invalid/token")
          .insecureHttpIssuer(true)
          .httpProxy(proxy.url())
          .httpProxyAuthorization(PROOF)
          .httpsProxy("http://127.0.0.1:1");

      assertThat(status(config)).isEqualTo(200);

      assertThat(proxy.heads()).hasSize(1);
      assertThat(proxy.heads().get(0))
          .startsWith("POST http://idp.invalid/token HTTP/1.1\r\n")
          .containsIgnoringCase("\r\nProxy-Authorization: " + PROOF + "\r\n");
      assertThat(issuer.asked()).hasSize(1);
      assertThat(issuer.asked().get(0).value("client_id")).isEqualTo("gate");
    }
  }

  @Test
  void httpsEndpoint_isAskedThroughATunnel_inWhichTheProofDoesNotGo() {
    TestCertificates certificates = new TestCertificates(folder);
    try (ScriptedIssuer issuer = ScriptedIssuer.start(certificates.valid());
        ForwardProxy proxy = ForwardProxy.start(issuer.port())) {
      UpstreamOAuthConfigBuilder config = config(issuer.url() + "/token")
          .caCertificatesFile(certificates.anchor().toString())
          .httpsProxy(proxy.url())
          .httpsProxyAuthorization(PROOF);

      assertThat(status(config)).isEqualTo(200);

      assertThat(proxy.heads()).hasSize(1);
      assertThat(proxy.heads().get(0))
          .startsWith("CONNECT 127.0.0.1:" + issuer.port() + " HTTP/1.1\r\n")
          .containsIgnoringCase("\r\nProxy-Authorization: " + PROOF + "\r\n");
      assertThat(proxy.heads().get(0).toLowerCase(Locale.ROOT)).doesNotContain("gate");
      assertThat(issuer.asked()).hasSize(1);
      assertThat(issuer.asked().get(0).header("proxy-authorization")).isNull();
    }
  }

  @Test
  void hostThatNeedsNoProxy_isAskedItself_andSeesNoProof() {
    try (ScriptedIssuer issuer = ScriptedIssuer.start();
        ForwardProxy proxy = ForwardProxy.start(issuer.port())) {
      UpstreamOAuthConfigBuilder config = config(issuer.url() + "/token")
          .httpProxy(proxy.url())
          .httpProxyAuthorization(PROOF)
          .noProxy("idp.invalid, 127.0.0.1");

      assertThat(status(config)).isEqualTo(200);
      assertThat(proxy.heads()).isEmpty();
      assertThat(issuer.asked()).hasSize(1);
      assertThat(issuer.asked().get(0).header("proxy-authorization")).isNull();
    }
  }

  @Test
  void proxyThatIsDown_isAnsweredAsConfigured() {
    try (ScriptedIssuer issuer = ScriptedIssuer.start()) {
      ForwardProxy closed = ForwardProxy.start(issuer.port());
      closed.close();

      assertThat(status(config(issuer.url() + "/token").httpProxy(closed.url())))
          .isEqualTo(502);
      assertThat(issuer.asked()).isEmpty();
    }
  }
}
