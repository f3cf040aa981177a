package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RecordingUpstream;
import io.oidcgrant.proxy.testing.TellingIssuer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Headers that upstreams believe: whatever a caller writes under their names, in every spelling, on
 * every way a request can take, the upstream sees ours or nothing.
 */
class ManagedHeadersIT {
  private static final String EVIL = "evil-canary";

  /** Every header that is ours, as it is sent. */
  private static final List<String> NAMES = List.of(
      "X-Consumer-ID",
      "X-Consumer-Username",
      "X-Consumer-Custom-ID",
      "X-Consumer-Groups",
      "X-Credential-Identifier",
      "X-Anonymous-Consumer",
      "X-Authenticated-Groups",
      "X-Access-Jwk",
      "X-Refresh-Token",
      "X-ID-Token",
      "X-Id-Jwk",
      "X-Userinfo",
      "X-Userinfo-Jwt",
      "X-Introspection",
      "X-Introspection-Jwt",
      "X-Mail",
      "X-Realm-Roles",
      "X.Dotted.Name");

  private static final String FIELDS =
      "auth_methods: [bearer], audience_required: [api], bearer_token_param_type: [header], consumer_claims: [[sub]],"
          + " consumer_optional: true, authenticated_groups_claim: [groups],"
          + " upstream_access_token_jwk_header: x_access_jwk,"
          + " upstream_refresh_token_header: x_refresh_token, upstream_id_token_header: X-ID-Token,"
          + " upstream_id_token_jwk_header: x-id-jwk, upstream_user_info_header: x_userinfo,"
          + " upstream_user_info_jwt_header: x_userinfo_jwt,"
          + " upstream_introspection_header: X-Introspection,"
          + " upstream_introspection_jwt_header: x-introspection-jwt, upstream_headers:"
          + " [{header: X-Mail, path: [mail]}, {header: x_realm_roles, path: [realm, roles]},"
          + " {header: X.Dotted.Name, path: [dotted]}]";
  private static final String TOLD =
      ", introspect_jwt_tokens: true, id_token_param_name: id_token, id_token_param_type: [header]";

  private enum Spelling {
    AS_SENT(name -> name),
    LOWER(name -> name.toLowerCase(Locale.ROOT)),
    UPPER(name -> name.toUpperCase(Locale.ROOT)),
    UNDERSCORES(name -> name.replace('-', '_').replace('.', '_')),
    DOTS(name -> name.replace('-', '.')),
    DASHES(name -> name.replace('.', '-').toLowerCase(Locale.ROOT)),
    UPPER_UNDERSCORES(name -> UNDERSCORES.of(name).toUpperCase(Locale.ROOT)),
    FIRST_ALONE(name -> name.replaceFirst("[-.]", "_")),
    LAST_ALONE(name -> name.replaceFirst("[-.](?=[^-.]*$)", ".")),
    MIXED(name -> name.replaceFirst("[-.]", "_").replaceFirst("-", ".").toUpperCase(Locale.ROOT));

    @SuppressWarnings("ImmutableEnumChecker") // it is a function without state
    private final UnaryOperator<String> change;

    Spelling(UnaryOperator<String> change) {
      this.change = change;
    }

    String of(String name) {
      return change.apply(name);
    }
  }

  /** How the names stand in the request. */
  private enum Form {
    ONCE,
    TWICE,
    EMPTY,
    TRAILER,
    NAMED_BY_CONNECTION,
    NAMED_AND_SENT,
    NAMED_ON_TWO_LINES;

    List<String> lines(List<String> names) {
      String all = String.join(", ", names);
      return switch (this) {
        case ONCE -> evil(names, "");
        case TWICE ->
          Stream.concat(evil(names, "").stream(), evil(names, "2").stream()).toList();
        case EMPTY -> names.stream().map(name -> name + ":").toList();
        case TRAILER -> List.of("Transfer-Encoding: chunked", "TE: trailers", "Trailer: " + all);
        case NAMED_BY_CONNECTION ->
          List.of("Connection: close, " + all + ", Authorization, X-Forwarded-For, Via");
        case NAMED_AND_SENT -> with(evil(names, ""), "Connection: " + all + ",authorization");
        case NAMED_ON_TWO_LINES ->
          with(evil(names, ""), "Connection: keep-alive", "Connection:," + all + ", AUTHORIZATION");
      };
    }

    String body(List<String> names) {
      return this == TRAILER
          ? "2\r\nab\r\n0\r\n" + String.join("\r\n", evil(names, "")) + "\r\n\r\n"
          : "";
    }
  }

  private static List<String> evil(List<String> names, String more) {
    return names.stream().map(name -> name + ": " + EVIL + more).toList();
  }

  private static List<String> with(List<String> lines, String... more) {
    return Stream.concat(lines.stream(), Arrays.stream(more)).toList();
  }

  /** The ways a request can take. */
  private enum Way {
    /** Never seen before: the request waits for the issuer. */
    COLD("GET", "/told"),
    /** From memory, on the thread of the request. */
    REMEMBERED("GET", "/told"),
    /** Userinfo is asked every time. */
    ASKED_EVERY_TIME("GET", "/asked"),
    /** A token that says nothing. */
    CLAIMS_ABSENT("GET", "/poor"),
    PREFLIGHT("OPTIONS", "/preflight"),
    ANONYMOUS("GET", "/anonymous");

    private final String method;
    private final String path;

    Way(String method, String path) {
      this.method = method;
      this.path = path;
    }

    List<String> credentials() {
      return switch (this) {
        case COLD -> List.of("Access-Token: " + issuer.token(CLAIMS), "ID-Token: " + idToken);
        case REMEMBERED, ASKED_EVERY_TIME ->
          List.of("Access-Token: " + known, "ID-Token: " + idToken);
        case CLAIMS_ABSENT -> List.of("Access-Token: " + poor);
        case PREFLIGHT, ANONYMOUS -> List.of();
      };
    }

    /** Of our headers, those that the upstream sees. */
    Map<String, String> ours() {
      Map<String, String> ours = new TreeMap<>();
      if (this == PREFLIGHT) {
        return ours;
      }
      if (this == ANONYMOUS) {
        return Map.of(
            "X-Consumer-ID", "c-2", "X-Consumer-Username", "guest", "X-Anonymous-Consumer", "true");
      }
      ours.put("Authorization", "Bearer TOKEN");
      ours.put("X-Access-Jwk", "JWK");
      if (this == CLAIMS_ABSENT) {
        return ours;
      }
      ours.put("X-Consumer-ID", "c-1");
      ours.put("X-Consumer-Username", "alice");
      ours.put("X-Consumer-Custom-ID", "7");
      ours.put("X-Credential-Identifier", "alice");
      ours.put("X-Authenticated-Groups", "g1, g 2");
      ours.put("X-ID-Token", idToken);
      ours.put("X-Id-Jwk", "JWK");
      ours.put("X-Introspection", "JSON");
      ours.put("X-Introspection-Jwt", issuer.introspectionJwt());
      ours.put("X-Mail", "UTF-8''a%0D%0AX-Evil%3A%201");
      ours.put("X-Realm-Roles", "WyJhIiwiYiJd");
      ours.put("X.Dotted.Name", "5");
      if (this == ASKED_EVERY_TIME) {
        ours.put("X-Userinfo", "JSON");
        ours.put("X-Userinfo-Jwt", issuer.userInfoJwt());
      }
      return ours;
    }
  }

  private static final Map<String, Object> CLAIMS = Map.of(
      "groups",
      List.of("g1", "g 2"),
      "mail",
      "a\r\nX-Evil: 1",
      "realm",
      Map.of("roles", List.of("a", "b")),
      "dotted",
      5);

  @TempDir
  private static Path directory;

  private static RecordingUpstream upstream;
  private static TellingIssuer issuer;
  private static ProxyProcess proxy;
  private static String known;
  private static String poor;
  private static String idToken;

  private static String service(String name, String fields) {
    return Configs.service(
        name,
        upstream.url(),
        "{name: openid-connect, config: {issuer: \"" + issuer.url()
            + "\", client_id: proxy, client_secret: s, " + FIELDS + fields + "}}");
  }

  @BeforeAll
  static void start() {
    upstream = new RecordingUpstream();
    issuer = new TellingIssuer();
    known = issuer.token(CLAIMS);
    poor = issuer.token(Map.of("sub", ""));
    idToken = issuer.token(Map.of("aud", "proxy"));
    proxy = ProxyProcess.run(Configs.file(
        directory,
        "consumers: [{id: c-1, username: alice, custom_id: '7'}, {id: c-2, username: guest}]\n"
            + "services:\n"
            + service("told", TOLD)
            + service("asked", TOLD + ", search_user_info: true, userinfo_accept: application/jwt")
            + service("poor", "")
            + service("preflight", TOLD + ", run_on_preflight: false")
            + service("anonymous", ", anonymous: guest")));
    send(Way.REMEMBERED, List.of(), "");
    send(Way.CLAIMS_ABSENT, List.of(), "");
  }

  @AfterAll
  static void stop() {
    proxy.close();
    issuer.close();
    upstream.close();
  }

  @BeforeEach
  void forget() {
    upstream.take();
  }

  private static Answer send(Way way, List<String> lines, String body) {
    List<String> all = new ArrayList<>(way.credentials());
    all.addAll(lines);
    try (RawConnection connection = proxy.connect()) {
      return connection
          .request(way.method, way.path, all.toArray(String[]::new))
          .send(body)
          .read();
    }
  }

  private static Stream<Arguments> matrix() {
    return Arrays.stream(Way.values())
        .flatMap(way -> Arrays.stream(Form.values())
            .flatMap(form -> Arrays.stream(Spelling.values())
                .map(spelling -> Arguments.of(way, form, spelling))));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void upstream_seesOurs(Way way) {
    assertThat(send(way, List.of(), "").status()).isEqualTo(200);
    assertOurs(way);
  }

  @ParameterizedTest
  @MethodSource("matrix")
  void upstream_seesOurs_whateverTheCallerWrites(Way way, Form form, Spelling spelling) {
    List<String> names = NAMES.stream().map(spelling::of).toList();

    Answer answer = send(way, form.lines(names), form.body(names));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    assertOurs(way);
  }

  /** The bytes of the one request hold our lines, each once, and nothing else under our names. */
  private static void assertOurs(Way way) {
    List<String> requests = upstream.take();
    assertThat(requests).hasSize(1);
    String bytes = requests.get(0);
    assertThat(bytes).doesNotContain(EVIL);
    String[] headAndBody = bytes.split("\r\n\r\n", 2);
    Map<String, String> seen = new TreeMap<>();
    for (String line : headAndBody[0].split("\r\n", -1)) {
      String[] field = line.split(": ?", 2);
      if (field.length == 2 && managed(field[0])) {
        assertThat(seen.put(field[0], shown(field[0], field[1]))).as(line).isNull();
      }
    }
    assertThat(seen).isEqualTo(way.ours());
    // A body has come as it was, and nothing after it.
    assertThat(headAndBody[1]).isIn("", "ab", "2\r\nab\r\n0\r\n\r\n");
  }

  private static boolean managed(String name) {
    return Stream.concat(NAMES.stream(), Stream.of("Authorization"))
        .anyMatch(ours -> folded(ours).equals(folded(name)));
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  /** What is another in every run, by one word. */
  private static String shown(String name, String value) {
    if (name.equals("Authorization") && value.matches("Bearer eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+")) {
      return "Bearer TOKEN";
    }
    if (name.endsWith("-Jwk")) {
      return decoded(value).matches("\\{\"kty\":\"RSA\",.*}") ? "JWK" : value;
    }
    return name.equals("X-Introspection") || name.equals("X-Userinfo")
        ? (decoded(value).contains("\"sub\":\"alice\"") ? "JSON" : value)
        : value;
  }

  private static String decoded(String value) {
    return new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void authorizationOfTheCaller_neverArrives(Way way) {
    for (String name : List.of("Authorization", "authorization", "AUTHORIZATION")) {
      for (List<String> lines : List.of(
          List.of(name + ": Basic " + EVIL),
          List.of(name + ": " + EVIL),
          List.of(name + ": Negotiate " + EVIL, name + ": Digest " + EVIL),
          List.of(name + ": Bearer " + EVIL, "Connection: " + name))) {
        Answer answer = send(way, lines, "");
        if (answer.status() == 200) {
          assertOurs(way);
        } else {
          assertThat(answer.status()).as(lines + " " + answer).isIn(400, 401);
          assertThat(upstream.take()).isEmpty();
        }
      }
    }
  }

  @Test
  void refusedCaller_isNotSeen() {
    for (String path : List.of("/told", "/asked", "/poor")) {
      try (RawConnection connection = proxy.connect()) {
        String[] lines = evil(NAMES, "").toArray(String[]::new);
        assertThat(connection.request("OPTIONS", path, lines).read().status()).isEqualTo(401);
        assertThat(connection.request("GET", path, lines).read().status()).isEqualTo(401);
      }
    }
    assertThat(upstream.take()).isEmpty();
  }
}
