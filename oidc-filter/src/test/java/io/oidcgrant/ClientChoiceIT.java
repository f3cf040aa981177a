package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer.Asked;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several clients, of which a caller chooses one. */
class ClientChoiceIT {
  private static final String JOHN = FilterBench.basic("john", "canary");

  private FilterBench bench;

  @BeforeEach
  void start() {
    bench = FilterBench.start(config -> config
        .authMethods("password", "refresh_token")
        .clientId("one", "two", "three")
        .clientSecret("canary-1", "canary-2")
        .clientAuth("client_secret_post")
        .clientArg("which_client"));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private Asked last() {
    return bench.issuer().asked().get(bench.issuer().asked().size() - 1);
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', one, canary-1",
    "Which-Client: two, '', two, canary-2",
    "which_client: 2, '', two, canary-2",
    "WHICH-CLIENT: three, '', three, canary-1",
    "'', ?which_client=two, two, canary-2",
    "'', ?which_client=3, three, canary-1",
    "'', ?client_id=two, two, canary-2",
    "Client-Id: two, '', two, canary-2",
    "Which-Client: three, ?which_client=two, three, canary-1",
    "Which-Client: unknown, '', one, canary-1",
    "Which-Client: 0, '', one, canary-1",
    "Which-Client: 4, '', one, canary-1"
  })
  void client_isChosenByNameOrPlace(String header, String query, String id, String secret) {
    bench.mark();

    Answer answer = header.isEmpty()
        ? bench.http().get("/a" + query, JOHN)
        : bench.http().get("/a" + query, JOHN, header);

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(last().value("client_id")).isEqualTo(id);
    assertThat(last().value("client_secret")).isEqualTo(secret);
    bench.nothingSecret(answer);
  }

  @Test
  void client_isChosenInTheBody() {
    byte[] body = "x=1&which_client=two".getBytes(StandardCharsets.US_ASCII);

    Answer answer = bench
        .http()
        .send("POST", "/a", body, JOHN, "Content-Type: application/x-www-form-urlencoded");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(last().value("client_id")).isEqualTo("two");
    assertThat(bench.app().last().body()).isEqualTo("x=1&which_client=two");
  }

  @Test
  void tokensOfOneClient_areNotThoseOfAnother() {
    bench.mark();
    bench.http().get("/a", JOHN, "Which-Client: one");
    String first = bench.app().last().header("authorization");
    bench.http().get("/a", JOHN, "Which-Client: two");
    String second = bench.app().last().header("authorization");
    bench.http().get("/a", JOHN);
    assertThat(bench.asked()).isEqualTo(2);
    assertThat(second).isNotEqualTo(first);
    assertThat(bench.app().last().header("authorization")).isEqualTo(first);
  }
}
