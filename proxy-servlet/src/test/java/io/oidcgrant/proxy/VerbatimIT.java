package io.oidcgrant.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Odd requests, each with and without a plugin on its route: method, target, headers and body
 * arrive byte for byte, but for what the rules take away and add.
 */
@Timeout(60)
class VerbatimIT {
  private static final String BASIC = "Authorization: Basic Y2xpZW50OnNlY3JldA==";

  /** What the proxy itself says to the upstream. */
  private static final Set<String> OWN = Set.of(
      "host",
      "via",
      "x-forwarded-for",
      "x-forwarded-host",
      "x-forwarded-port",
      "x-forwarded-prefix",
      "x-forwarded-proto",
      "x-real-ip",
      "x-request-id",
      "authorization",
      "refresh-token",
      "x-credential-identifier",
      "content-length",
      "transfer-encoding");

  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static StubIssuer issuer;
  private static ProxyProcess proxy;

  @BeforeAll
  static void start() {
    upstream = new RawUpstream();
    issuer = new StubIssuer();
    proxy = ProxyProcess.run(Configs.file(
        directory,
        "services:\n"
            + Configs.service("a", upstream.url())
            + Configs.service("g", upstream.url(), Configs.grant(issuer.url()))));
  }

  @AfterAll
  static void stop() {
    proxy.close();
    issuer.close();
    upstream.close();
  }

  /** A request; its body in the framing that it is sent in. */
  record Sent(String method, String target, List<String> headers, String body, String framed) {
    static Sent to(String method, String target, String... headers) {
      return new Sent(method, target, List.of(headers), "", "");
    }

    Sent withLength(String text) {
      return new Sent(method, target, plus("Content-Length: " + text.length()), text, text);
    }

    Sent chunked(String text, String chunks) {
      return new Sent(method, target, plus("Transfer-Encoding: chunked"), text, chunks);
    }

    private List<String> plus(String header) {
      List<String> more = new ArrayList<>(headers);
      more.add(header);
      return more;
    }

    @Override
    public String toString() {
      String all = method + " " + target + " " + headers;
      return all.length() < 120 ? all : all.substring(0, 120) + "… (" + all.length() + ")";
    }
  }

  private static final String[] METHODS = {
    "GET",
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "OPTIONS",
    "PROPFIND",
    "REPORT",
    "M-SEARCH",
    "get",
    "Post",
    "PURGE",
    "X",
    "!#$%&'*+-.^_`|~",
    "LONGLONGLONGLONGLONGLONGLONGLONG"
  };

  private static final String[] TARGETS = {
    "",
    "/",
    "/x",
    "/x/",
    "/x/y.z",
    "/-._~",
    "/!$&'()*+,=:@",
    "/a:b",
    "/@",
    "/%20",
    "/%2A",
    "/%2a",
    "/%41",
    "/%7e%7E",
    "/caf%C3%A9",
    "/caf%c3%a9",
    "/%f0%9f%98%80",
    "/%3F",
    "/%23",
    "/%3Bx",
    "/;",
    "/;v=1",
    "/x;v=1;w",
    "/...",
    "/.x",
    "/..x",
    "/x..",
    "/%2Ex",
    "/a+b",
    "/%2B",
    "/*",
    "/index.html,v",
    "/" + "a/".repeat(200),
    "/" + "x".repeat(8_000),
    "?",
    "/?",
    "??",
    "/x??",
    "/?/../..//",
    "/?a",
    "/?a=",
    "/?=a",
    "/?&",
    "/?&&a&&",
    "/?a=b&a=c",
    "/?a=b;c=d",
    "/?a=%41%zz%",
    "/?%",
    "/?%00%ff",
    "/?a+b=c%20d",
    "/?{}|\\^`\"<>[]",
    "/?a='b'",
    "/?a=http://x:1/y?z",
    "/?#".replace("#", "%23"),
    "/?:@!$()*,",
    "/?" + "q=1&".repeat(2_000),
    "/?a=~",
    "/?json={\"a\":[1]}"
  };

  private static final String[] HEADERS = {
    "X-Empty:",
    "X-Space:    padded   ",
    "X-Tab: a\tb",
    "X-Quoted: \"a, b\\\" c\"",
    "X-Comma: a,,b, c",
    "X-Latin: caf\u00e9",
    "X-Bytes: \u0080\u00ff\u00fe",
    "x-lower: v",
    "X-UPPER: V",
    "X-Colon: a:b:c",
    "!#$%&'*+-.^`|~9: token",
    "X_Under: score",
    "X.Dot: dot",
    "X-Long: " + "v".repeat(16_000),
    "X-Percent: %00%0d%0a",
    "X-Semicolon: a;b=\"c;d\";e",
    "Accept: */*;q=0.1, text/html;level=1",
    "Accept-Encoding: gzip, br;q=0",
    "Accept-Language: de-CH, *",
    "Cookie: a=b; c=\"d,e\"; f",
    "User-Agent: curl/8 (x; y)",
    "Referer: http://a/b?c",
    "Range: bytes=0-1,3-",
    "If-Match: W/\"x\", *",
    "If-None-Match: \"a\",\"b\"",
    "If-Modified-Since: nonsense",
    "Content-Type: text/plain ;charset=UTF8",
    "Content-Encoding: gzip",
    "Content-Language: xx",
    "Cache-Control: no-cache, x=\"y\"",
    "Pragma: no-cache",
    "Origin: null",
    "Date: yesterday",
    "From: a@b",
    "Max-Forwards: 3",
    "Warning: 199 - \"x\"",
    "Age: 5",
    "Host2: x",
    "Connected: x",
    "Content-Length2: 5",
    "X-Request-Id: ${jndi:ldap://x}",
    "Link: <a,b>; rel=c",
    "Sec-Fetch-Mode: cors",
    "DNT: 1",
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "baggage: k=v;p",
    "Priority: u=1, i",
    "Early-Data: 1",
    "SOAPAction: \"\"",
    "X-HTTP-Method-Override: DELETE",
    "Depth: 1",
    "Destination: http://x/y",
    "Lock-Token: <z>",
    "Content-MD5: x==",
    "Digest: sha-256=x",
    "A: b"
  };

  private static final String BINARY = binary(70_000);

  private static String binary(int size) {
    byte[] bytes = new byte[size];
    new Random(2).nextBytes(bytes);
    return new String(bytes, ISO_8859_1);
  }

  private static final String NEXT = "GET /a/smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

  static Stream<Sent> odd() {
    List<Sent> all = new ArrayList<>();
    for (String method : METHODS) {
      all.add(Sent.to(method, "/x?y"));
      all.add(Sent.to(method, "/x?y", "Content-Type: text/plain").withLength("body"));
    }
    for (String target : TARGETS) {
      all.add(Sent.to("GET", target));
    }
    for (String header : HEADERS) {
      all.add(Sent.to("GET", "/x", header));
      all.add(Sent.to("POST", "/x", header).withLength("body"));
    }
    all.add(Sent.to("GET", "/x", "X-Twice: a", "X-Other: b", "X-Twice: c", "X-Twice:"));
    all.add(Sent.to("GET", "/x", "Cookie: a=1", "Cookie: b=2"));
    all.add(Sent.to("GET", "/x", "Via: 1.0 before", "Via: 1.1 (comment)"));
    for (String method : List.of("POST", "PUT", "DELETE", "GET", "OPTIONS")) {
      all.add(Sent.to(method, "/b").withLength(""));
      all.add(Sent.to(method, "/b").withLength("\u0000"));
      all.add(Sent.to(method, "/b").withLength(NEXT));
      all.add(Sent.to(method, "/b").withLength(BINARY));
      all.add(Sent.to(method, "/b").chunked("", "0\r\n\r\n"));
      all.add(Sent.to(method, "/b").chunked("abc", "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"));
      all.add(Sent.to(method, "/b").chunked("abc", "003;x=y;z=\"q\"\r\nabc\r\n0;last\r\n\r\n"));
      all.add(Sent.to(method, "/b").chunked("0123456789", "A\r\n0123456789\r\n0\r\n\r\n"));
      all.add(Sent.to(method, "/b")
          .chunked(NEXT, Integer.toHexString(NEXT.length()) + "\r\n" + NEXT + "\r\n0\r\n\r\n"));
      all.add(Sent.to(method, "/b")
          .chunked(
              BINARY, Integer.toHexString(BINARY.length()) + "\r\n" + BINARY + "\r\n0\r\n\r\n"));
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("odd")
  void request_arrivesByteForByte(Sent sent) throws IOException {
    try (RawConnection connection = proxy.connect()) {
      arrives(connection, sent, "/a");
      arrives(connection, sent, "/g");
    }
  }

  private static void arrives(RawConnection connection, Sent sent, String route)
      throws IOException {
    upstream.reset();
    List<String> head = new ArrayList<>();
    head.add(sent.method() + " " + route + sent.target() + " HTTP/1.1");
    head.add("Host: localhost");
    if (route.equals("/g")) {
      head.add(BASIC);
    }
    head.addAll(sent.headers());
    connection.send(String.join("\r\n", head) + "\r\n\r\n" + sent.framed());
    Answer answer = connection.read();
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);

    RawUpstream.Received request = upstream.only();
    String path = sent.target().startsWith("/") ? sent.target() : "/" + sent.target();
    assertThat(request.line()).isEqualTo(sent.method() + " " + path + " HTTP/1.1");
    assertThat(grouped(request.head().subList(1, request.head().size())))
        .isEqualTo(grouped(sent.headers()));
    assertThat(request.text()).isEqualTo(sent.body());
    if (route.equals("/g")) {
      assertThat(request.header("Authorization")).isEqualTo(issuer.bearer());
    }
  }

  /** The lines that are not the proxy's own, those of one name together, trimmed. */
  private static List<String> grouped(List<String> lines) {
    List<String> grouped = new ArrayList<>();
    for (String line : lines) {
      String name = name(line);
      if (OWN.contains(name.toLowerCase(Locale.ROOT))
          || grouped.stream().anyMatch(other -> name(other).equals(name))) {
        continue;
      }
      lines.stream()
          .filter(other -> name(other).equals(name))
          .map(other -> name + ": " + trimmed(other.substring(name.length() + 1)))
          .forEach(grouped::add);
    }
    return grouped;
  }

  private static String name(String line) {
    return line.substring(0, line.indexOf(':'));
  }

  private static String trimmed(String value) {
    return value.replaceAll("^[ \t]+|[ \t]+$", "");
  }
}
