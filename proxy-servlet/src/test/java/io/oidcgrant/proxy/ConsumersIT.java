package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.TellingIssuer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Consumers of the declarative file: who is one, who is nobody, and who is let pass all the same.
 */
class ConsumersIT {
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";

  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static TellingIssuer issuer;
  private static ProxyProcess proxy;
  private static ProxyProcess kong;

  private static String service(String name, String fields) {
    return Configs.service(
        name,
        upstream.url(),
        "{name: openid-connect, config: {issuer: \"" + issuer.url()
            + "\", client_id: proxy, client_secret: s, auth_methods: [bearer],"
            + " audience_required: [api], " + fields + "}}");
  }

  @BeforeAll
  static void start() {
    upstream = new RawUpstream();
    issuer = new TellingIssuer();
    String bySub = "consumer_claims: [[sub]]";
    Path file = Configs.file(
        directory,
        """
        _format_version: "3.0"
        consumers:
        - {id: c-1, username: alice, custom_id: "7", tags: [a]}
        - {username: Bob}
        - {custom_id: carol}
        - {id: c-4, username: guest}
        """
            + "services:\n"
            + service("sub", bySub)
            + service("optional", bySub + ", consumer_optional: true")
            + service("folded", bySub + ", by_username_ignore_case: true")
            + service("ids", bySub + ", consumer_by: [id]")
            + service("paths", "consumer_claims: [[ext, names, '2'], [email]]")
            + service(
                "guests",
                bySub + ", anonymous: guest, upstream_headers:"
                    + " [{header: X-Mail, path: [email]}]")
            + service(
                "byid",
                "anonymous: c-4, upstream_access_token_header: null,"
                    + " bearer_token_param_type: [header, query, body]"));
    proxy = ProxyProcess.run(file);
    kong = ProxyProcess.run(file, "--compat", "kong");
  }

  @AfterAll
  static void stop() {
    kong.close();
    proxy.close();
    issuer.close();
    upstream.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  private static Answer get(ProxyProcess from, String target, String... headers) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add("X-Consumer-Id: evil");
    all.add("X_Anonymous_Consumer: evil");
    return from.get(target, all.toArray(String[]::new));
  }

  private static String bearer(Map<String, ?> claims) {
    return "Authorization: Bearer " + issuer.token(claims);
  }

  /** What the upstream was told of the consumer, names without their common beginning. */
  private static Map<String, String> told() {
    Map<String, String> told = new TreeMap<>();
    upstream.only().headers().forEach((name, values) -> {
      if (name.matches("x.(consumer|anonymous|credential|mail).*")) {
        told.put(name.replaceFirst("^x-", ""), String.join("|", values));
      }
    });
    return told;
  }

  private static void refused(Answer answer, int status) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void mappedCaller_isToldWithAllHisNames() {
    String token = bearer(Map.of());
    for (int i = 0; i < 2; i++) {
      upstream.reset();
      assertThat(get(proxy, "/sub", token).status()).isEqualTo(200);
      assertThat(told())
          .isEqualTo(Map.of(
              "consumer-id", "c-1",
              "consumer-username", "alice",
              "consumer-custom-id", "7",
              "credential-identifier", "alice"));
    }
  }

  @Test
  void consumerWithoutAnId_hasTheSameOne_inEveryProcess() {
    assertThat(get(proxy, "/sub", bearer(Map.of("sub", "carol"))).status()).isEqualTo(200);
    Map<String, String> here = told();
    upstream.reset();
    assertThat(get(kong, "/sub", bearer(Map.of("sub", "carol"))).status()).isEqualTo(200);

    assertThat(told()).isEqualTo(here);
    assertThat(here)
        .containsEntry("consumer-custom-id", "carol")
        .doesNotContainKey("consumer-username");
    assertThat(here.get("consumer-id")).matches("[0-9a-f-]{36}");
  }

  @ParameterizedTest
  @CsvSource({
    "/sub, nobody, 403",
    "/sub, '', 403",
    "/sub, bob, 403",
    "/sub, c-1, 403",
    "/sub, Bob, 200",
    "/folded, bOB, 200",
    "/folded, ALICE, 200",
    "/folded, CAROL, 403",
    "/ids, c-1, 200",
    "/ids, alice, 403",
  })
  void whoIsNoConsumer_isRefused(String path, String subject, int status) {
    Answer answer = get(proxy, path, bearer(Map.of("sub", subject)));

    if (status == 200) {
      assertThat(answer.status()).isEqualTo(200);
      assertThat(told()).containsKey("consumer-id");
    } else {
      refused(answer, 403);
      assertThat(answer.body()).doesNotContain("alice", "nobody");
    }
  }

  @Test
  void whoIsNoConsumer_passes_whereThatIsOptional() {
    assertThat(get(proxy, "/optional", bearer(Map.of("sub", "nobody"))).status())
        .isEqualTo(200);
    assertThat(told()).isEqualTo(Map.of("credential-identifier", "nobody"));
    upstream.reset();
    assertThat(get(proxy, "/optional", bearer(Map.of("sub", ""))).status()).isEqualTo(200);
    assertThat(told()).isEmpty();
    upstream.reset();
    refused(get(proxy, "/optional"), 401);
  }

  @Test
  void paths_areTriedInOrder() {
    Map<String, Object> names = Map.of("names", List.of("x", "Bob"));
    for (Map<String, Object> claims : List.<Map<String, Object>>of(
        Map.of("ext", names, "email", "alice"), Map.of("ext", "x", "email", "Bob"))) {
      upstream.reset();
      assertThat(get(proxy, "/paths", bearer(claims)).status()).isEqualTo(200);
      assertThat(told()).containsEntry("consumer-username", "Bob");
    }
    upstream.reset();
    refused(get(proxy, "/paths", bearer(Map.of("email", List.of("alice")))), 403);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/guests", "/byid"})
  void whoHasNoCredential_isTheAnonymousConsumer(String path) {
    assertThat(get(proxy, path, "X-Mail: evil", "X-Credential_Identifier: evil").status())
        .isEqualTo(200);
    Map<String, String> told = told();
    if (path.equals("/byid")) {
      assertThat(told.remove("mail")).isEqualTo("evil");
    }
    assertThat(told)
        .isEqualTo(Map.of(
            "consumer-id", "c-4", "consumer-username", "guest", "anonymous-consumer", "true"));
  }

  @Test
  void goodCredential_isNotAnonymous() {
    assertThat(get(proxy, "/guests", bearer(Map.of("email", "m@x"))).status()).isEqualTo(200);
    assertThat(told()).containsEntry("consumer-username", "alice").containsEntry("mail", "m@x");
    assertThat(told()).doesNotContainKey("anonymous-consumer");
  }

  @Test
  void badCredential_isRefused_andPassesAsAnonymousWhereKongLetsIt() {
    String expired = bearer(Map.of("exp", 5));
    String stranger = bearer(Map.of("sub", "nobody"));
    String elsewhere = bearer(Map.of("aud", "other"));
    refused(get(proxy, "/guests", expired), 401);
    refused(get(proxy, "/guests", "Authorization: Bearer x.y.z"), 401);
    refused(get(proxy, "/guests", stranger), 403);
    refused(get(proxy, "/guests", elsewhere), 403);
    refused(get(proxy, "/guests?access_token=a", expired), 400);

    for (String bad : List.of(expired, "Authorization: Bearer x.y.z", stranger, elsewhere)) {
      upstream.reset();
      assertThat(get(kong, "/guests", bad).status()).as(bad).isEqualTo(200);
      assertThat(told())
          .isEqualTo(Map.of(
              "consumer-id", "c-4", "consumer-username", "guest", "anonymous-consumer", "true"));
      assertThat(upstream.only().header("Authorization")).isNull();
    }
    upstream.reset();
    refused(get(kong, "/guests?access_token=a", expired), 400);
    refused(get(kong, "/sub", expired), 401);
  }

  /** It was not good here; it may be elsewhere. */
  @Test
  void credentialOfOneWhoPassesAsAnonymous_doesNotArrive() {
    String token = issuer.token(Map.of("aud", "other"));
    for (String header : List.of("Authorization: Bearer ", "Access-Token: ")) {
      upstream.reset();
      assertThat(get(kong, "/byid?a=1", header + token).status()).isEqualTo(200);
      assertThat(upstream.only().toString()).doesNotContain(token);
    }
    upstream.reset();
    assertThat(get(kong, "/byid?a=1&access_token=" + token).status()).isEqualTo(200);
    assertThat(upstream.only().target()).isEqualTo("/?a=1");

    upstream.reset();
    byte[] body = ("a=1&access_token=" + token).getBytes(StandardCharsets.UTF_8);
    try (RawConnection connection = kong.connect()) {
      assertThat(connection.request("POST", "/byid", body, FORM).read().status())
          .isEqualTo(200);
    }
    assertThat(upstream.only().text()).isEqualTo("a=1");
    assertThat(told()).containsEntry("anonymous-consumer", "true");
  }

  @Test
  void anonymousBody_thatWasSearched_arrives() {
    byte[] body = "a=1&b=%7E".getBytes(StandardCharsets.UTF_8);
    try (RawConnection connection = proxy.connect()) {
      assertThat(connection.request("POST", "/byid", body, FORM).read().status())
          .isEqualTo(200);
    }
    assertThat(upstream.only().text()).isEqualTo("a=1&b=%7E");
    assertThat(told()).containsEntry("anonymous-consumer", "true");
  }
}
