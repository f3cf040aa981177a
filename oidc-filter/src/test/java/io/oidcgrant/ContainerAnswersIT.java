package io.oidcgrant;

import static io.oidcgrant.testing.FilterBench.basic;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.testing.Container;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.Recorder;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import io.oidcgrant.testing.WebApp;
import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The filter's own answers, and messages of unusual form, in every container. */
@ParameterizedClass
@EnumSource
class ContainerAnswersIT {
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
  private static final int MEBIBYTE = 1 << 20;

  private final ScriptedIssuer issuer = ScriptedIssuer.start();
  private final Recorder recorder = new Recorder();

  @Parameter
  Container container;

  private Container.Running running;
  private RawHttp http;

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
    issuer.close();
  }

  /** With error pages for every status that the filter may answer with. */
  private void start(boolean async) {
    OidcGrantFilter filter = new OidcGrantFilter(FilterBench.config(issuer).build());
    WebApp app = new WebApp()
        .filter("oidc", filter, async, Map.of(), DispatcherType.values())
        .servlet("/*", recorder, async);
    for (int status : new int[] {400, 401, 403, 413, 502, 503, 504}) {
      app.errorPage(status, "/error-page");
    }
    running = container.start(app);
    http = new RawHttp(running.port());
  }

  private void refused(Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.header("content-type").replace(" ", ""))
        .isEqualToIgnoringCase("application/json;charset=utf-8");
    assertThat(answer.header("cache-control")).isEqualTo("no-store");
    assertThat(answer.header("content-length"))
        .isEqualTo(Integer.toString(answer.body().getBytes(UTF_8).length));
    assertThat(answer.body())
        .startsWith("{\"message\":\"")
        .endsWith("\",\"error\":\"" + code + "\"}")
        .doesNotContainIgnoringCase("tomcat")
        .doesNotContainIgnoringCase("jetty");
    assertThat(answer.headers().toString()).doesNotContainPattern("\\d+\\.\\d+\\.\\d+");
    assertThat(answer.headers() + answer.body()).doesNotContain("canary", "set-cookie");
    assertThat(recorder.seen()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void refusal_isOurs_andNoErrorPage(boolean async) {
    start(async);
    byte[] both = "refresh_token=canary".getBytes(UTF_8);

    refused(http.get("/a"), 401, "no_credential");
    refused(http.get("/a", basic("a", "canary"), basic("b", "canary")), 400, "invalid_request");
    refused(http.send("POST", "/a?refresh_token=canary2", both, FORM), 400, "invalid_request");
    refused(http.send("POST", "/a", new byte[70_000], FORM), 413, "body_too_large");
    assertThat(issuer.asked()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void refusalOfTheIssuer_isOurs_andNoErrorPage(boolean async) {
    start(async);
    Function<ScriptedIssuer.Asked, Reply> refusing = asked -> Reply.error(400, "invalid_grant");
    issuer.answer(refusing);

    refused(http.get("/a", basic("alice", "canary")), 401, "invalid_token");
    issuer.answer(asked -> new Reply(200, Map.of(), "canary"));
    refused(http.get("/a", basic("bob", "canary")), 502, "answer_unusable");
    issuer.close();
    refused(http.get("/a", basic("carol", "canary")), 503, "issuer_unavailable");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void head_isAnsweredWithoutABody(boolean async) {
    start(async);

    Answer refused = http.send("HEAD", "/a", null);
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.body()).isEmpty();
    for (int time = 0; time < 2; time++) {
      Answer answer = http.send("HEAD", "/a", null, basic("alice", "canary"));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
      assertThat(recorder.last().method()).isEqualTo("HEAD");
      assertThat(recorder.last().header("authorization")).startsWith("Bearer eyJ");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void form_losesItsCredential_andItsLengthFollows(boolean async) {
    start(async);
    byte[] form = "a=%7e1&username=alice&password=canary&&b=%C3%A4".getBytes(UTF_8);
    for (int time = 0; time < 2; time++) {
      assertThat(http.send("POST", "/a", form, FORM).status()).isEqualTo(200);
      assertThat(recorder.last().body()).isEqualTo("a=%7e1&&b=%C3%A4");
      assertThat(recorder.last().header("content-length")).isEqualTo("16");
      assertThat(http.chunked("POST", "/a", form, FORM).status()).isEqualTo(200);
      assertThat(recorder.last().body()).isEqualTo("a=%7e1&&b=%C3%A4");
      assertThat(recorder.last().header("content-length")).isEqualTo("16");
      assertThat(recorder.last().header("transfer-encoding")).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void upload_isStreamedUntouched(boolean async) {
    start(async);
    byte[] body = new byte[MEBIBYTE];
    new Random(3).nextBytes(body);
    for (String type : new String[] {"application/octet-stream", "application/json"}) {
      for (int time = 0; time < 2; time++) {
        assertThat(http.send("POST", "/a", body, "Content-Type: " + type, basic(type, "canary"))
                .status())
            .isEqualTo(200);
        assertThat(recorder.last().body().getBytes(ISO_8859_1)).isEqualTo(body);
        assertThat(recorder.last().header("content-length")).isEqualTo(Integer.toString(MEBIBYTE));
      }
    }
  }

  /** The answer is there before a body that is announced too long has come. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void body_announcedTooLong_isRefusedBeforeItComes(boolean async) throws IOException {
    start(async);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), running.port())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              ("POST /a HTTP/1.1\r\nHost: a\r\n" + FORM + "\r\nContent-Length: 1000000000\r\n\r\n")
                  .getBytes(UTF_8));
      assertThat(new String(socket.getInputStream().readNBytes(12), UTF_8))
          .isEqualTo("HTTP/1.1 413");
    }
    assertThat(recorder.seen()).isEmpty();
  }
}
