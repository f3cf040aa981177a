package io.oidcgrant;

import static io.oidcgrant.testing.FilterBench.basic;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Asked;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import io.oidcgrant.testing.TestCertificates;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the token endpoint is sent, and when it is sent nothing. */
class TokenRequestIT {
  @TempDir
  private static Path directory;

  private static TestCertificates certificates;

  @BeforeAll
  static void certify() {
    certificates = new TestCertificates(directory);
  }

  private static String credential(String grant) {
    return grant.equals("refresh_token") ? "Refresh-Token: canary" : basic("caller", "canary:+ %");
  }

  @ParameterizedTest
  @CsvSource({
    "refresh_token, client_secret_basic",
    "refresh_token, client_secret_post",
    "password, client_secret_basic",
    "password, client_secret_post",
    "client_credentials, client_secret_basic",
    "client_credentials, client_secret_post"
  })
  void request_ofEveryGrant_hasEachParameterOnceAndOneClientAuthentication(
      String grant, String method) {
    FilterBench.start(config -> config
            .clientAuth(method)
            .tokenPostArgsNames("resource", "nothing")
            .tokenPostArgsValues("urn:a&b", ""))
        .during(bench -> {
          boolean callers = grant.equals("client_credentials");
          Answer answer = callers
              ? bench.http().get("/?client_id=caller&client_secret=canary:%2b+%25")
              : bench.http().get("/", credential(grant));
          assertThat(answer.status()).isEqualTo(200);
          assertThat(bench.asked()).isEqualTo(1);
          Asked asked = bench.issuer().asked().get(0);
          assertThat(asked.query()).isNull();
          assertThat(asked.header("content-type")).startsWith("application/x-www-form-urlencoded");
          assertThat(asked.header("accept")).isEqualTo("application/json");
          assertThat(asked.form())
              .allSatisfy((name, values) ->
                  assertThat(values).as(name).hasSize(1).noneMatch(String::isEmpty));
          assertThat(asked.value("grant_type")).isEqualTo(grant);
          assertThat(asked.value("resource")).isEqualTo("urn:a&b");
          assertThat(asked.value("scope")).isEqualTo("openid");
          boolean post = method.equals("client_secret_post");
          String id = callers ? "caller" : "gateway";
          String secret = callers ? "canary:+ %" : "gateway-canary";
          if (post) {
            assertThat(asked.headers()).doesNotContainKey("authorization");
            assertThat(asked.value("client_id")).isEqualTo(id);
            assertThat(asked.value("client_secret")).isEqualTo(secret);
          } else {
            assertThat(asked.headers().get("authorization")).hasSize(1);
            assertThat(decoded(asked)).containsExactly(id, secret);
            assertThat(asked.form()).doesNotContainKeys("client_id", "client_secret");
          }
          Set<String> known = Set.of(
              "grant_type",
              "resource",
              "scope",
              "client_id",
              "client_secret",
              "username",
              "password",
              "refresh_token");
          assertThat(known).containsAll(asked.form().keySet());
          bench.nothingSecret(answer);
          bench.servesAgain();
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"p@ss:w%rd+é canary", "canary ", "%", "+", "a=b&c", "\"\\canary", "日本canary"})
  void clientSecretBasic_isFormEncodedBeforeItIsJoined(String secret) {
    FilterBench.start(config -> config.clientId("gäte:way +").clientSecret(secret))
        .during(bench -> {
          Answer answer = bench.http().get("/", credential("password"));
          assertThat(answer.status()).isEqualTo(200);
          assertThat(decoded(bench.issuer().asked().get(0))).containsExactly("gäte:way +", secret);
          bench.nothingSecret(answer);
        });
  }

  /** As RFC 6749 section 2.3.1 says: base64, the first colon, then each part form-decoded. */
  private static List<String> decoded(Asked asked) {
    String pair =
        new String(Base64.getDecoder().decode(asked.header("authorization").substring(6)), UTF_8);
    int colon = pair.indexOf(':');
    return List.of(
        URLDecoder.decode(pair.substring(0, colon), UTF_8),
        URLDecoder.decode(pair.substring(colon + 1), UTF_8));
  }

  @Test
  void scope_isAbsentWhereNoneIsConfigured() {
    FilterBench.start(config -> config.scopes()).during(bench -> {
      assertThat(bench.http().get("/", credential("refresh_token")).status()).isEqualTo(200);
      assertThat(bench.issuer().asked().get(0).form())
          .containsOnlyKeys("grant_type", "refresh_token");
    });
  }

  @Test
  void callersParameters_areCopiedOnceAndCannotReplaceOurs() {
    FilterBench.start(config ->
            config.tokenPostArgsClient("audience", "scope").tokenHeadersClient("X-Device"))
        .during(bench -> {
          String[] headers = {credential("password"), "X-Device: d1"};
          String target = "/?audience=a%26grant_type%3Dx&scope=&client_id=evil&grant_type=evil";
          assertThat(bench.http().get(target, headers).status()).isEqualTo(200);
          Asked asked = bench.issuer().asked().get(0);
          assertThat(asked.value("audience")).isEqualTo("a&grant_type=x");
          assertThat(asked.value("scope")).isEqualTo("openid");
          assertThat(asked.value("grant_type")).isEqualTo("password");
          assertThat(asked.form()).doesNotContainKey("client_id");
          assertThat(asked.header("x-device")).isEqualTo("d1");
          bench.mark();
          bench.refused(
              bench.http().get("/?audience=a&audience=b", headers), 400, "invalid_request");
          assertThat(bench.asked()).isZero();
          bench.servesAgain();
        });
  }

  @Test
  void callersParameter_inABodyThatHoldsNoCredential_isCopiedAndTheBodyGoesOn() {
    FilterBench.start(config -> config
            .tokenPostArgsClient("audience")
            .passwordParamType("header")
            .refreshTokenParamType("header")
            .clientCredentialsParamType("header"))
        .during(bench -> {
          String form = "Content-Type: application/x-www-form-urlencoded";
          byte[] body = "x=1&audience=a%20b".getBytes(UTF_8);
          assertThat(bench
                  .http()
                  .send("POST", "/", body, credential("password"), form)
                  .status())
              .isEqualTo(200);
          assertThat(bench.issuer().asked().get(0).value("audience")).isEqualTo("a b");
          assertThat(bench.app().last().body()).isEqualTo("x=1&audience=a%20b");
          bench.mark();
          bench.refused(bench.http().send("POST", "/", body, form), 401, null);
          bench.servesAgain();
        });
  }

  @ParameterizedTest
  @CsvSource({"scope, invalid_scope", "resource, invalid_target", "audience, invalid_target"})
  void callersParameter_thatIsRefused_isTheCallersFault(String name, String error) {
    FilterBench.start(config -> config.tokenPostArgsClient(name)).during(bench -> {
      bench.issuer().answer(Reply.error(400, error));
      bench.refused(
          bench.http().get("/?" + name + "=a", credential("password")), 400, "invalid_request");
      assertThat(bench.log().lines()).noneMatch(line -> line.startsWith("ERROR"));
      bench.refused(bench.http().get("/", credential("password")), 503, null);
      bench.servesAgain();
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"slash", "case", "host", "empty", "absent port"})
  void discoveredIssuer_thatDiffers_isSentNothing(String difference) {
    ScriptedIssuer issuer = ScriptedIssuer.start();
    issuer.stateIssuer(
        switch (difference) {
          case "slash" -> issuer.url() + "/";
          case "case" -> issuer.url().replace("http", "HTTP");
          case "host" -> issuer.url().replace("127.0.0.1", "localhost");
          case "empty" -> "";
          default -> "http://127.0.0.1";
        });
    FilterBench.start(issuer, config -> config).during(bench -> {
      for (String grant : List.of("refresh_token", "password")) {
        Answer answer = bench.http().get("/", credential(grant));
        bench.refused(answer, 503, null);
        assertThat(answer.header("retry-after")).isNotNull();
      }
      assertThat(bench.asked()).isZero();
      assertThat(bench.log().lines())
          .anyMatch(line -> line.startsWith("ERROR") && line.contains(issuer.url()));
    });
  }

  @Test
  void discovery_thatFailed_isTriedAgain() {
    ScriptedIssuer issuer = ScriptedIssuer.start();
    issuer.stateIssuer("http://other.example");
    FilterBench.start(issuer, config -> config).during(bench -> {
      bench.refused(bench.http().get("/", credential("password")), 503, null);
      issuer.stateIssuer(issuer.url());
      await().atMost(Duration.ofSeconds(10)).until(() -> issuer.discoveries() >= 2);
      await()
          .atMost(Duration.ofSeconds(2))
          .until(() -> bench.http().get("/", credential("password")).status() == 200);
      assertThat(issuer.discoveries()).isEqualTo(2);
      bench.servesAgain();
    });
  }

  private static OidcGrantConfigBuilder trusting(OidcGrantConfigBuilder config) {
    return config.caCertificatesFile(certificates.anchor().toString());
  }

  @Test
  void certificate_thatIsGood_isTrusted() {
    FilterBench.start(ScriptedIssuer.start(certificates.valid()), TokenRequestIT::trusting)
        .during(FilterBench::servesAgain);
  }

  @ParameterizedTest
  @ValueSource(strings = {"expired", "other host", "self-signed", "unknown authority"})
  void certificate_thatIsBad_getsNoRequest(String kind) {
    SSLContext tls = switch (kind) {
      case "expired" -> certificates.expired();
      case "other host" -> certificates.forAnotherHost();
      case "self-signed" -> certificates.selfSigned();
      default -> certificates.valid();
    };
    ScriptedIssuer issuer = ScriptedIssuer.start(tls);
    UnaryOperator<OidcGrantConfigBuilder> changes =
        kind.equals("unknown authority") ? config -> config : TokenRequestIT::trusting;
    FilterBench.start(issuer, changes).during(bench -> {
      bench.refused(bench.http().get("/", credential("password")), 503, null);
      assertThat(issuer.discoveries()).isZero();
      assertThat(bench.asked()).isZero();
      assertThat(bench.log().lines())
          .anyMatch(line -> line.startsWith("ERROR") && line.contains("no TLS with"));
    });
  }

  @Test
  void tokenEndpoint_withABadCertificate_getsNoRequest() {
    try (ScriptedIssuer other = ScriptedIssuer.start(certificates.forAnotherHost())) {
      FilterBench.start(config -> trusting(config).tokenEndpoint(other.url() + "/token"))
          .during(bench -> {
            Answer answer = bench.http().get("/", credential("refresh_token"));
            bench.refused(answer, 503, null);
            assertThat(answer.header("retry-after")).isNotNull();
            assertThat(other.asked()).isEmpty();
            assertThat(bench.asked()).isZero();
          });
    }
  }

  @Test
  void sslVerifyOff_trustsEverybodyAndWarns() {
    FilterBench.start(
            ScriptedIssuer.start(certificates.forAnotherHost()), config -> config.sslVerify(false))
        .during(bench -> {
          bench.servesAgain();
          assertThat(bench.log().lines())
              .anyMatch(line -> line.startsWith("WARN") && line.contains("ssl_verify is off"));
        });
  }
}
