package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.TellingIssuer;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Metadata of protected resources behind the proxy (RFC 9728). */
class ResourceMetadataIT {
  private static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";

  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static TellingIssuer issuer;
  private static ProxyProcess proxy;

  private static String plugin(String resource) {
    return "{name: openid-connect, config: {issuer: \"" + issuer.url()
        + "\", client_id: proxy, client_secret: s, auth_methods: [bearer],"
        + " audience_required: [api], scopes_required: [read write],"
        + " protected_resource: \"" + resource + "\"}}";
  }

  @BeforeAll
  static void start() {
    upstream = new RawUpstream();
    issuer = new TellingIssuer();
    proxy = ProxyProcess.run(Configs.file(
        directory,
        "services:\n"
            + Configs.service("a", upstream.url(), plugin("https://api.example/a"))
            // Two resources of one path, told apart by their hosts.
            + Configs.service("b", upstream.url(), plugin("https://one.example/same"))
            + Configs.service("c", upstream.url(), plugin("https://two.example/same"))
            + Configs.service("six", upstream.url(), plugin("https://[2001:db8::1]:8443/six"))
            + Configs.service(".well-known", upstream.url(), plugin("https://api.example"))
            + Configs.service("open", upstream.url())));
  }

  @AfterAll
  static void stop() {
    proxy.close();
    issuer.close();
    upstream.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  private static Answer send(String method, String target, String host) {
    try (RawConnection connection = new RawConnection(proxy.port())) {
      connection.send(
          method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
      return method.equals("HEAD") ? connection.readHead() : connection.read();
    }
  }

  private static Answer get(String target) {
    return send("GET", target, "api.example");
  }

  private static String resource(Answer answer) throws ParseException {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    return JSONObjectUtils.getString(JSONObjectUtils.parse(answer.body()), "resource");
  }

  @Test
  void document_isServed_withAndWithoutARouteThatMatches() throws ParseException {
    Answer answer = get(WELL_KNOWN + "/a");
    assertThat(resource(answer)).isEqualTo("https://api.example/a");
    assertThat(JSONObjectUtils.parse(answer.body()))
        .containsEntry("authorization_servers", List.of(issuer.url()))
        .containsEntry("scopes_supported", List.of("read", "write"))
        .containsEntry("bearer_methods_supported", List.of("header", "query", "body"));
    assertThat(resource(get(WELL_KNOWN))).isEqualTo("https://api.example");
    assertThat(resource(get(WELL_KNOWN + "/a?x=1"))).isEqualTo("https://api.example/a");
    assertThat(upstream.received()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "one.example, https://one.example/same",
    "TWO.example, https://two.example/same",
    "two.example:8443, https://two.example/same",
  })
  void host_saysWhichOfTwoIsMeant(String host, String resource) throws ParseException {
    assertThat(resource(send("GET", WELL_KNOWN + "/same", host))).isEqualTo(resource);
  }

  @Test
  void address_isAHostAsWell() throws ParseException {
    Answer answer = send("GET", WELL_KNOWN + "/six", "[2001:db8::1]:8443");

    assertThat(resource(answer)).isEqualTo("https://[2001:db8::1]:8443/six");
  }

  @ParameterizedTest
  @ValueSource(strings = {"three.example", "api.example", "localhost", "one.example.evil"})
  void resourceOfAnotherHost_isNotTold(String host) {
    Answer answer = send("GET", WELL_KNOWN + "/same", host);

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.body()).doesNotContain("authorization_servers");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        WELL_KNOWN + "/",
        WELL_KNOWN + "/a/",
        WELL_KNOWN + "/A",
        WELL_KNOWN + "/a;x=1",
        WELL_KNOWN + "/%61",
        WELL_KNOWN + "//a",
        WELL_KNOWN + "/a/b",
        WELL_KNOWN + "/b",
        WELL_KNOWN + "x",
        "/.well-known/openid-configuration",
        "/a" + WELL_KNOWN,
        "/a",
      })
  void elsewhere_nothingIsTold(String target) {
    Answer answer = get(target);

    // Below a guarded route, or what cannot be routed.
    assertThat(answer.status()).as(answer.toString()).isIn(400, 401);
    assertThat(answer.body()).doesNotContain("authorization_servers");
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void head_isTheSameWithoutABody_andOthersAreRefused() {
    Answer head = send("HEAD", WELL_KNOWN + "/a", "api.example");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length"))
        .isEqualTo(get(WELL_KNOWN + "/a").header("Content-Length"));
    for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "get")) {
      try (RawConnection connection = proxy.connect()) {
        Answer answer = connection
            .send(method + " " + WELL_KNOWN + "/a HTTP/1.1\r\nHost: api.example\r\n"
                + "Content-Length: 1\r\n\r\nx")
            .read();
        assertThat(answer.status()).as(method).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo("GET, HEAD");
        // In step with the caller: the body was not taken for a request.
        assertThat(connection.request("GET", "/a").read().status()).isEqualTo(401);
      }
    }
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void challenge_namesTheDocument_whichIsThere() throws ParseException {
    String challenge = proxy.get("/a/x").header("WWW-Authenticate");
    assertThat(challenge)
        .isEqualTo(
            "Bearer realm=\"oidc\", resource_metadata=\"https://api.example" + WELL_KNOWN + "/a\"");
    assertThat(proxy.get("/a/x", "Authorization: Bearer x").header("WWW-Authenticate"))
        .startsWith(challenge)
        .contains("error=\"invalid_token\"");
    Answer lacking = proxy.get("/a/x", "Authorization: Bearer " + issuer.token(java.util.Map.of()));
    assertThat(lacking.status()).isEqualTo(403);
    assertThat(lacking.header("WWW-Authenticate"))
        .startsWith(challenge)
        .contains("error=\"insufficient_scope\"", "scope=\"read write\"");
  }

  @Test
  void otherRequestsGoOn() {
    assertThat(proxy.get("/open" + WELL_KNOWN + "/a").status()).isEqualTo(200);
    assertThat(upstream.only().target()).isEqualTo(WELL_KNOWN + "/a");
  }
}
