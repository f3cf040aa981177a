package io.oidcgrant.examples.echo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EchoUpstreamIT {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private EchoUpstream upstream;

  @BeforeEach
  void start() throws Exception {
    upstream = EchoUpstream.start();
  }

  @AfterEach
  void close() {
    upstream.close();
  }

  @Test
  void get_isPictured() throws Exception {
    String answer = send(to("/any%20thing/x?a=1&b=2&b=%C3%BC")
        .header("refresh-token", "r\"1")
        .header("X-Two", "1")
        .header("X-Two", "2"));
    assertThat(answer)
        .contains("\"args\": {\n    \"a\": \"1\",\n    \"b\": [ \"2\", \"ü\" ]\n  }")
        .contains("\"Refresh-Token\": \"r\\\"1\"")
        .contains("\"X-Two\": \"1,2\"")
        .contains("\"data\": \"\"")
        .contains("\"json\": null")
        .contains("\"method\": \"GET\"")
        .contains("\"origin\": \"127.0.0.1\"")
        .contains("\"url\": \"" + upstream.uri() + "/any%20thing/x?a=1&b=2&b=%C3%BC\"");
  }

  @Test
  void json_isReadWhereItIsJson() throws Exception {
    assertThat(send(to("/").POST(BodyPublishers.ofString("{\"a\": [1, null]}"))))
        .contains("\"data\": \"{\\\"a\\\": [1, null]}\"")
        .contains("\"json\": {\n    \"a\": [ 1, null ]\n  }");
    assertThat(send(to("/").POST(BodyPublishers.ofString("{\"a\": 1} x"))))
        .contains("\"json\": null");
    assertThat(send(to("/").POST(BodyPublishers.ofByteArray(new byte[] {(byte) 0xff}))))
        .contains("\"data\": \"data:application/octet-stream;base64,/w==\"");
  }

  @Test
  void forms_areRead() throws Exception {
    assertThat(send(to("/")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("a=b+c&d"))))
        .contains("\"form\": {\n    \"a\": \"b c\",\n    \"d\": \"\"\n  }")
        .contains("\"data\": \"\"");
    String parts = """
        --x
        Content-Disposition: form-data; name="a"

        b
        --x
        Content-Disposition: form-data; name="f"; filename="f.txt"

        ü
        --x--
        """.replace("\n", "\r\n");
    assertThat(send(to("/")
            .header("Content-Type", "multipart/form-data; boundary=x")
            .POST(BodyPublishers.ofString(parts))))
        .contains("\"form\": {\n    \"a\": \"b\"\n  }")
        .contains("\"files\": {\n    \"f\": \"ü\"\n  }");
  }

  @Test
  void requests_areRemembered() throws Exception {
    send(to("/a?q=%31").header("X-One", "1").PUT(BodyPublishers.ofString("body")));
    RecordedRequest request = upstream.requests().get(0);
    assertThat(request.method()).isEqualTo("PUT");
    assertThat(request.path()).isEqualTo("/a");
    assertThat(request.rawQuery()).contains("q=%31");
    assertThat(request.header("x-one")).contains("1");
    assertThat(request.headers()).containsEntry("X-One", List.of("1"));
    assertThat(request.bodyText()).isEqualTo("body");
    for (int i = 0; i < EchoUpstream.REMEMBERED; i++) {
      send(to("/b"));
    }
    assertThat(upstream.requests())
        .hasSize(EchoUpstream.REMEMBERED)
        .noneMatch(r -> r.path().equals("/a"));
    upstream.forgetRequests();
    assertThat(upstream.requests()).isEmpty();
  }

  @Test
  void head_hasNoBody() throws Exception {
    HttpResponse<String> answer = client.send(
        to("/").method("HEAD", BodyPublishers.noBody()).build(),
        HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  private HttpRequest.Builder to(String target) {
    return HttpRequest.newBuilder(URI.create(upstream.uri() + target));
  }

  private String send(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    return answer.body();
  }
}
