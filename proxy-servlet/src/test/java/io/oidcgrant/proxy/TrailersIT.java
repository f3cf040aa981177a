package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.Http2Upstream;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields behind a body, both ways, between HTTP/1.1 and HTTP/1.1 or HTTP/2. */
class TrailersIT {
  /** Every one of which would mislead whoever took it for a header. */
  private static final List<String> FORBIDDEN = List.of(
      "Authorization: Bearer evil",
      "authorization: Bearer evil",
      "Proxy-Authorization: evil",
      "Cookie: evil",
      "Content-Length: 666",
      "Transfer-Encoding: evil",
      "Host: evil",
      "Connection: evil",
      "TE: evil",
      "Trailer: evil",
      "Content-Type: evil/evil",
      "X-Forwarded-For: evil",
      "X_Forwarded_For: evil",
      "X-Forwarded-Anything: evil",
      "Forwarded: for=evil",
      "X-Real-IP: evil",
      "X-Request-Id: evil",
      "X-Oidc-Explain: evil",
      "X-Named: evil",
      "Via: evil",
      "DPoP: evil");

  @TempDir
  private static Path directory;

  private static StubIssuer issuer;
  private static RawUpstream upstream;
  private static Http2Upstream http2;
  private static ProxyProcess proxy;

  @BeforeAll
  static void start() {
    issuer = new StubIssuer();
    upstream = new RawUpstream();
    http2 = new Http2Upstream(null);
    proxy = ProxyProcess.run(Configs.file(
        directory,
        "services:\n" + Configs.service("a", upstream.url())
            + Configs.service("p", upstream.url(), Configs.grant(issuer.url()))
            + Configs.service("h2", "grpc://127.0.0.1:" + http2.port())));
  }

  @AfterAll
  static void stop() {
    proxy.close();
    upstream.close();
    http2.close();
    issuer.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
    http2.reset();
  }

  private static String chunkedWith(List<String> trailers) {
    return "2\r\nhi\r\n0\r\n" + String.join("\r\n", trailers) + "\r\n\r\n";
  }

  /** All that the upstream got after the head. */
  private static String rest(RawUpstream.Received request) throws IOException {
    StringBuilder rest = new StringBuilder();
    while (rest.indexOf("\r\n0\r\n") < 0 || !rest.toString().endsWith("\r\n\r\n")) {
      rest.append((char) request.input().read());
    }
    return rest.toString();
  }

  @Test
  void trailersOfARequest_arrive_exceptThoseThatMislead() {
    StringBuilder came = new StringBuilder();
    upstream.script(request -> {
      came.append(rest(request));
      request.send(RawUpstream.OK);
    });
    List<String> sent = new ArrayList<>(FORBIDDEN);
    sent.add(0, "X-Sum: abc");
    sent.add("x-more: 1");
    try (RawConnection connection = proxy.connect()) {
      connection
          .request("POST", "/a", "Transfer-Encoding: chunked", "Connection: X-Named")
          .send(chunkedWith(sent));
      assertThat(connection.read().status()).isEqualTo(200);
    }
    assertThat(came.toString()).isEqualTo(chunkedWith(List.of("X-Sum: abc", "x-more: 1")));
    assertThat(upstream.only().headers()).doesNotContainKeys("x-sum", "x-more", "te", "trailer");
  }

  @Test
  void trailersOfARequest_cannotPassForWhatThePluginSets() {
    StringBuilder came = new StringBuilder();
    upstream.script(request -> {
      came.append(rest(request));
      request.send(RawUpstream.OK);
    });
    try (RawConnection connection = proxy.connect()) {
      connection
          .request("POST", "/p", "Transfer-Encoding: chunked", "Authorization: Basic Yzpz")
          .send(chunkedWith(List.of("Refresh-Token: evil", "refresh_token: evil", "X-Sum: abc")));
      assertThat(connection.read().status()).isEqualTo(200);
    }
    assertThat(came.toString()).isEqualTo(chunkedWith(List.of("X-Sum: abc")));
  }

  @Test
  void trailersOfARequest_arriveOverHttp2() {
    List<String> sent = new ArrayList<>(FORBIDDEN);
    sent.add(0, "X-Sum: abc");
    try (RawConnection connection = proxy.connect()) {
      connection
          .request("POST", "/h2", "Transfer-Encoding: chunked", "Connection: X-Named")
          .send(chunkedWith(sent));
      assertThat(connection.read().status()).isEqualTo(200);
    }
    Http2Upstream.Received request = http2.only();
    assertThat(request.text()).isEqualTo("hi");
    assertThat(request.trailers().stream().map(Object::toString)).containsExactly("x-sum: abc");
    assertThat(request.headers().get("te")).isEqualTo("trailers");
    assertThat(request.headers().contains("x-sum")).isFalse();
  }

  /** What comes after the head of an answer in chunks. */
  private static String restOfAnswer(RawConnection connection) throws IOException {
    List<String> head = new ArrayList<>();
    for (String line = connection.line(); !line.isEmpty(); line = connection.line()) {
      head.add(line);
    }
    assertThat(head.get(0)).startsWith("HTTP/1.1 200");
    assertThat(head).contains("Transfer-Encoding: chunked").noneMatch(l -> l.contains("X-Sum"));
    StringBuilder rest = new StringBuilder();
    for (String line = connection.line(); !line.isEmpty(); line = connection.line()) {
      rest.append(line).append('\n');
    }
    return rest.toString();
  }

  @Test
  void trailersOfAnAnswer_goToACallerThatTakesThem_exceptThoseThatMislead() throws IOException {
    upstream.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: X-Named\r\n\r\n"
        + chunkedWith(List.of(
            "X-Sum: abc",
            "Set-Cookie: evil",
            "Content-Length: 666",
            "X-Named: evil",
            "x-more: 1")));
    try (RawConnection connection = proxy.connect()) {
      connection.request("GET", "/a", "TE: deflate;q=0.5, Trailers", "Connection: TE");
      assertThat(restOfAnswer(connection)).isEqualTo("2\nhi\n0\nX-Sum: abc\nx-more: 1\n");
      // In step.
      upstream.answerOk();
      assertThat(connection.request("GET", "/a").read().body()).isEqualTo("ok");
    }
  }

  @Test
  void trailersOfAnAnswer_goToNobodyElse() throws IOException {
    upstream.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + chunkedWith(List.of("X-Sum: abc")));
    try (RawConnection connection = proxy.connect()) {
      connection.request("GET", "/a");
      assertThat(restOfAnswer(connection)).isEqualTo("2\nhi\n0\n");
    }
  }

  @Test
  void trailersOfHttp2_goToACallerThatTakesThem() throws IOException {
    http2.script(request -> {
      var unused = request
          .head(200, false, HttpFields.EMPTY)
          .thenCompose(stream -> request.data("hi", false))
          .thenCompose(stream ->
              request.trailers(HttpFields.build().add("x-sum", "abc").add("set-cookie", "evil")));
    });
    try (RawConnection connection = proxy.connect()) {
      connection.request("GET", "/h2", "TE: trailers");
      assertThat(restOfAnswer(connection)).isEqualTo("2\nhi\n0\nx-sum: abc\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD"})
  void answerWithALength_keepsIt(String method) {
    upstream.script(request -> request.send(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + (method.equals("HEAD") ? "" : "ok")));
    try (RawConnection connection = proxy.connect()) {
      connection.request(method, "/a", "TE: trailers");
      Answer answer = method.equals("HEAD") ? connection.readHead() : connection.read();
      assertThat(answer.header("Content-Length")).isEqualTo("2");
      assertThat(answer.header("Transfer-Encoding")).isNull();
    }
  }

  @Test
  void answersWithoutBody_staySo_forACallerThatTakesTrailers() {
    http2.script(request -> {
      var unused =
          request.head(Integer.parseInt(request.target().substring(1)), true, HttpFields.EMPTY);
    });
    try (RawConnection connection = proxy.connect()) {
      for (int status : new int[] {204, 304, 204}) {
        Answer answer =
            connection.request("GET", "/h2/" + status, "TE: trailers").read();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Transfer-Encoding")).isNull();
      }
    }
  }
}
