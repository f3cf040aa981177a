package io.oidcgrant;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.testing.Container;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The body reaches the application as it was sent, however that reads it. */
@ParameterizedClass
@EnumSource
class BodyIT {
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String JSON = "application/json";
  private static final int LIMIT = 65_536;
  private static final Reader READER = new Reader();
  private static FilterBench bench;
  private static int credentials;

  @Parameter
  Container container;

  @BeforeParameterizedClassInvocation
  static void start(Container container) {
    bench = FilterBench.start(container, READER, config -> config);
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    bench.close();
  }

  @BeforeEach
  void mark() {
    bench.mark();
    READER.read.clear();
  }

  private static String fresh() {
    return "Refresh-Token: canary-" + credentials++;
  }

  /** Reads the body in the way that {@code X-Read} says. */
  private static final class Reader extends HttpServlet {
    private final BlockingQueue<byte[]> read = new LinkedBlockingQueue<>();
    private volatile CountDownLatch firstByte = new CountDownLatch(1);
    private volatile Map<String, String[]> parameters = Map.of();

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      String way = request.getHeader("X-Read");
      switch (way) {
        case "stream" -> done(request.getInputStream().readAllBytes());
        case "bytes" -> done(oneByOne(request.getInputStream()));
        case "reader" -> {
          StringWriter text = new StringWriter();
          request.getReader().transferTo(text);
          done(text.toString().getBytes(UTF_8));
        }
        case "parameters" -> {
          parameters = new TreeMap<>(request.getParameterMap());
          done(new byte[0]);
        }
        case "first byte" -> {
          ByteArrayOutputStream all = new ByteArrayOutputStream();
          all.write(request.getInputStream().read());
          firstByte.countDown();
          all.writeBytes(request.getInputStream().readAllBytes());
          done(all.toByteArray());
        }
        default -> {
          AsyncContext async = request.startAsync();
          ServletInputStream in = request.getInputStream();
          in.setReadListener(new Listener(async, in, way.equals("listener until finished")));
        }
      }
    }

    private static byte[] oneByOne(ServletInputStream in) throws IOException {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int c = in.read(); c >= 0; c = in.read()) {
        all.write(c);
      }
      assertThat(in.isFinished()).isTrue();
      return all.toByteArray();
    }

    private void done(byte[] body) {
      read.add(body);
    }

    private final class Listener implements ReadListener {
      private final AsyncContext async;
      private final ServletInputStream in;
      private final boolean untilFinished;
      private final ByteArrayOutputStream all = new ByteArrayOutputStream();

      Listener(AsyncContext async, ServletInputStream in, boolean untilFinished) {
        this.async = async;
        this.in = in;
        this.untilFinished = untilFinished;
      }

      @Override
      public void onDataAvailable() throws IOException {
        byte[] buffer = new byte[1000];
        while (in.isReady() && !(untilFinished && in.isFinished())) {
          int count = in.read(buffer);
          if (count < 0) {
            return;
          }
          all.write(buffer, 0, count);
        }
      }

      @Override
      public void onAllDataRead() {
        done(all.toByteArray());
        async.complete();
      }

      @Override
      public void onError(Throwable error) {
        async.complete();
      }
    }
  }

  private static byte[] body(String type, int length) {
    byte[] random = new byte[length];
    new Random(1).nextBytes(random);
    if (type.equals(FORM)) {
      return random;
    }
    String text = new String(random, ISO_8859_1).replaceAll("[\\x00-\\x1f\"\\\\]", "é");
    byte[] json = ("{\"a\" : \"" + text + "\"}\n").getBytes(UTF_8);
    return json.length <= length ? json : Arrays.copyOf(json, length);
  }

  static Stream<Arguments> ways() {
    return Stream.of("stream", "bytes", "listener", "listener until finished")
        .flatMap(way -> Stream.of(FORM, JSON, "text/plain")
            .flatMap(type ->
                Stream.of(0, 1, 4096, 60_000).map(length -> Arguments.of(way, type, length))));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void body_isReadToTheByte(String way, String type, int length) throws Exception {
    byte[] body = body(type, length);
    String[] headers = {fresh(), "Content-Type: " + type, "X-Read: " + way};
    // First with tokens to be fetched, then with remembered ones.
    for (int time = 0; time < 2; time++) {
      readBack(bench.http().send("POST", "/p", body, headers), body);
      readBack(bench.http().chunked("POST", "/p", body, headers), body);
    }
    assertThat(bench.asked()).isEqualTo(1);
  }

  private static void readBack(Answer answer, byte[] body) throws InterruptedException {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(READER.read.poll(10, TimeUnit.SECONDS)).isEqualTo(body);
    bench.nothingSecret(answer);
  }

  @ParameterizedTest
  @ValueSource(strings = {FORM, JSON, JSON + ";charset=utf-8", "text/plain;charset=utf-8"})
  void reader_decodesTheBody(String type) throws Exception {
    byte[] body = "{\"ä\":\"日本 \uD83D\uDE00\"}\r\n".getBytes(UTF_8);
    readBack(
        bench.http().send("POST", "/p", body, fresh(), "Content-Type: " + type, "X-Read: reader"),
        body);
  }

  @ParameterizedTest
  @ValueSource(strings = {"header", "query", "body"})
  void parameters_areThoseOfQueryAndForm(String location) throws Exception {
    String token = "canary-" + credentials++;
    String parameter = "&refresh_token=" + token + "&";
    String query = "a=1&b" + (location.equals("query") ? parameter : "&") + "c=%C3%A4+";
    String form = "a=2" + (location.equals("body") ? parameter : "&&") + "d=%26&=&e=é";
    String header = location.equals("header") ? "Refresh-Token: " + token : "X: y";
    for (int time = 0; time < 2; time++) {
      Answer answer = bench
          .http()
          .send(
              "POST",
              "/p?" + query,
              form.getBytes(UTF_8),
              header,
              "Content-Type: " + FORM,
              "X-Read: parameters");
      readBack(answer, new byte[0]);
      Map<String, String[]> parameters = READER.parameters;
      assertThat(parameters).doesNotContainKey("refresh_token");
      assertThat(parameters.get("a")).containsExactly("1", "2");
      assertThat(parameters.get("b")).containsExactly("");
      assertThat(parameters.get("c")).containsExactly("ä ");
      assertThat(parameters.get("d")).containsExactly("&");
      assertThat(parameters.get("e")).containsExactly("é");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "application/octet-stream, false",
    "application/octet-stream, true",
    "multipart/form-data; boundary=b, true",
    "application/x-www-form-urlencoded, false",
    "application/x-www-form-urlencoded, true",
    "application/json, false",
    "application/json, true"
  })
  void upload_thatNeedNotBeSearched_isStreamed(String type, boolean chunked) throws Exception {
    byte[] body = new byte[3_000_000];
    new Random(2).nextBytes(body);
    String credential = fresh();
    for (int time = 0; time < 2; time++) {
      READER.firstByte = new CountDownLatch(1);
      try (Socket socket =
          new Socket(InetAddress.getLoopbackAddress(), bench.app().port())) {
        socket.setSoTimeout(20_000);
        String framing = chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length;
        String size = chunked ? Integer.toHexString(body.length) + "\r\n" : "";
        socket
            .getOutputStream()
            .write(("POST /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                    + credential
                    + "\r\nX-Read: first byte\r\nContent-Type: "
                    + type
                    + "\r\n"
                    + framing
                    + "\r\n\r\n"
                    + size)
                .getBytes(UTF_8));
        socket.getOutputStream().write(body, 0, 1);
        socket.getOutputStream().flush();
        assertThat(READER.firstByte.await(10, TimeUnit.SECONDS))
            .as("the application saw the first byte")
            .isTrue();
        socket.getOutputStream().write(body, 1, body.length - 1);
        if (chunked) {
          socket.getOutputStream().write("\r\n0\r\n\r\n".getBytes(UTF_8));
        }
        assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
            .startsWith("HTTP/1.1 200");
        assertThat(READER.read.poll(10, TimeUnit.SECONDS)).isEqualTo(body);
      }
    }
    assertThat(bench.asked()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {FORM, JSON})
  void body_thatIsTooLongToSearch_isRefusedUnread(String type) {
    byte[] body = new byte[LIMIT + 1];
    for (Answer answer : List.of(
        bench.http().send("POST", "/p", body, "Content-Type: " + type, "X-Read: stream"),
        bench.http().chunked("POST", "/p", body, "Content-Type: " + type, "X-Read: stream"))) {
      bench.refused(answer, 413, null);
    }
    assertThat(READER.read).isEmpty();
    assertThat(bench.asked()).isZero();
  }

  /** Bodies with the credential between marks, which go with it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "form <refresh_token=canary&>a=%zz&&b",
        "form a=%zz&<refresh_token=canary&>&b",
        "form a=%zz&&b<&refresh_token=canary>",
        "form <refresh%5ftoken=canary>",
        "form a=1&refresh_token2=x&<refresh%5Ftoke%6e=%63anary5&>Refresh_Token=y",
        "json {<\"refresh_token\":\"canary\",>\"a\":1e2}",
        "json { <\"refresh_token\" : \"canary\" , >\"a\": 1e2 }",
        "json {\"a\":1.50<,\"refresh_token\":\"canary\">,\"a\":[{\"refresh_token\":\"x\"}]}",
        "json {\"a\":\"\\u00e4\\\"}\" < , \"refresh_token\":\"c\\u0061nary\" >}",
        "json {\"é\":\"日本\uD83D\uDE00\"<,\"refresh\\u005ftoken\":\"canary\">,\"ü\":-0.0}",
        "json {\"a\":{}< ,\"refresh_token\":\"canary\">\n}\n",
        "json {\"Refresh_Token\":\"x\",\"refresh_token2\":null<,\"refresh_token\":\"canary\">}",
      })
  void credential_inTheBody_isTakenOutAndNothingElse(String marked) throws Exception {
    String text = marked.substring(5);
    String type = marked.startsWith("form") ? FORM : JSON;
    byte[] sent =
        text.replaceAll("[<>]", "").replace("canary", "canary" + credentials++).getBytes(UTF_8);
    byte[] rest = text.replaceAll("<[^>]*>", "").getBytes(UTF_8);
    for (boolean chunked : new boolean[] {false, true}) {
      String[] headers = {"Content-Type: " + type, "X-Read: stream"};
      Answer answer = chunked
          ? bench.http().chunked("POST", "/p", sent, headers)
          : bench.http().send("POST", "/p", sent, headers);
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      assertThat(new String(READER.read.poll(10, TimeUnit.SECONDS), UTF_8))
          .isEqualTo(new String(rest, UTF_8));
    }
    assertThat(bench.asked()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "/p?a=%7e&refresh_token=canary&b, a=1, form",
    "/p?a=%7e&b, a=%7e&refresh_token=canary&&b, form",
    "/p, {\"refresh_token\":\"canary\"} , json"
  })
  void hideCredentialsOff_leavesEverything(String target, String body, String type)
      throws Exception {
    FilterBench.start(config -> config.hideCredentials(false)).during(kept -> {
      Answer answer = kept.http()
          .send(
              "POST",
              target,
              body.getBytes(UTF_8),
              "Content-Type: " + (type.equals("form") ? FORM : JSON));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(kept.app().last().body()).isEqualTo(body);
      assertThat(kept.app().last().query())
          .isEqualTo(target.contains("?") ? target.substring(3) : null);
      assertThat(kept.asked()).isEqualTo(1);
    });
  }
}
