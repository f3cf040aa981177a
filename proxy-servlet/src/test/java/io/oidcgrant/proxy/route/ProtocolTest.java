package io.oidcgrant.proxy.route;

import static io.oidcgrant.proxy.route.TestRoute.router;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtocolTest {
  private static TestRoute route(String name) {
    return TestRoute.of(name).paths("/");
  }

  @Test
  void routeForTlsOnly_asksAPlainCallerToUpgrade() {
    Refusal refusal = TestFacts.get("/").refusedBy(router(route("r").protocols("https")));

    assertThat(refusal.answer().status()).isEqualTo(426);
    assertThat(refusal.answer().message()).isEqualTo("Please use HTTPS protocol");
    assertThat(refusal.headers())
        .containsEntry("Connection", "Upgrade")
        .containsEntry("Upgrade", "TLS/1.2, HTTP/1.1");
    assertThat(TestFacts.get("/")
            .overHttp2()
            .refusedBy(router(route("r").protocols("https")))
            .headers())
        .isEmpty();
    assertThat(TestFacts.get("/").tls(null).at(router(route("r").protocols("https"))))
        .isEqualTo("r");
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 308})
  void routeForTlsOnly_redirects_whereItIsToldTo(int status) {
    Router router = router(route("r").protocols("https").redirect(status));

    Refusal refusal = TestFacts.get("/%61?b=c%20").host("A.example").port(8000).refusedBy(router);

    assertThat(refusal.answer().status()).isEqualTo(status);
    assertThat(refusal.headers())
        .containsOnly(java.util.Map.entry("Location", "https://A.example/%61?b=c%20"));
    assertThat(TestFacts.get("/").host("[::1]").refusedBy(router).headers())
        .containsEntry("Location", "https://[::1]/");
    assertThat(TestFacts.get("/").host("a@evil").at(router)).isEqualTo("400");
    assertThat(TestFacts.get("/").host("").at(router)).isEqualTo("400");
  }

  @Test
  void routeForTlsOnly_isNotPassedByWithoutTls() {
    Router router = router(
        TestRoute.of("guarded").paths("/admin").protocols("https"),
        TestRoute.of("all").paths("/"));

    assertThat(TestFacts.get("/admin").at(router)).isEqualTo("426");
    assertThat(TestFacts.get("/x").at(router)).isEqualTo("all");
  }

  @Test
  void routeWithoutTls_isPassedByOverTls() {
    Router router = router(
        TestRoute.of("tls").paths("/a").protocols("https"),
        TestRoute.of("plain").paths("/a").protocols("http"),
        TestRoute.of("longer").paths("/a/b").protocols("http"));

    assertThat(TestFacts.get("/a/b").at(router)).isEqualTo("longer");
    assertThat(TestFacts.get("/a").at(router)).isEqualTo("plain");
    assertThat(TestFacts.get("/a/b").tls(null).at(router)).isEqualTo("tls");
    assertThat(TestFacts.get("/a")
            .tls(null)
            .at(router(TestRoute.of("p").paths("/a").protocols("http"))))
        .isEqualTo("404");
  }

  @ParameterizedTest
  @CsvSource({
    "grpc, false, true, application/grpc, r",
    "grpc, false, true, application/grpc+proto, r",
    "grpc, false, true, Application/gRPC;x=y, r",
    "'grpc,grpcs', true, true, application/grpc, r",
    "grpcs, true, true, application/grpc, r",
    "grpcs, false, true, application/grpc, 426",
    "grpc, true, true, application/grpc, 404",
    "grpc, false, false, application/grpc, 426",
    "grpc, false, false, text/plain, 426",
    "grpc, false, true, application/grpc-web, 415",
    "grpc, false, true, application/json, 415",
    "grpc, false, true, , 415",
  })
  void routeForGrpc_servesGrpcOverHttp2Only(
      String protocols, boolean tls, boolean http2, String type, String expected) {
    Router router = router(route("r").protocols(protocols.split(",")));
    TestFacts request = TestFacts.get("/p.S/M").method("POST");
    if (tls) {
      request.tls(null);
    }
    if (http2) {
      request.overHttp2();
    }
    if (type != null) {
      request.header("Content-Type", type);
    }

    assertThat(request.at(router)).isEqualTo(expected);
    if (expected.equals("426") && !http2) {
      assertThat(request.refusedBy(router).headers()).containsEntry("Upgrade", "HTTP/2");
    }
  }
}
