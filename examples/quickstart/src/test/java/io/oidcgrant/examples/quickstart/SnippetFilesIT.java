package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The snippets of Kong's documents that are files: Kong's declarative format, and Kubernetes
 * manifests. One proxy takes them up one after the other.
 */
@Timeout(180)
class SnippetFilesIT {
  private static final String HOW_TO = "refresh-token-how-to";
  private static final Path CLUSTER = Path.of("src", "test", "resources", "cluster");

  /** In the document: what a name stands for. */
  private static final Pattern VARIABLE =
      Pattern.compile("^  ([a-z-]+):\n    value: \\$(\\w+)$", Pattern.MULTILINE);

  /** Two services; the last path tells which configuration is in force. */
  private static final String SERVICES = """
      _format_version: "3.0"
      services:
        - name: example-service
          url: ${{ env "DECK_UPSTREAM_URL" }}
          routes:
            - name: example-route
              paths: [/anything]
            - name: other-route
              paths: [/other]
        - name: other-service
          url: ${{ env "DECK_UPSTREAM_URL" }}
          routes:
            - name: elsewhere
              paths: [%s]
      """;

  @TempDir
  static Path folder;

  private static RunningProxy proxy;

  @TempDir
  Path cluster;

  @BeforeAll
  static void start() throws Exception {
    Path services = Files.writeString(folder.resolve("services.yaml"), SERVICES.formatted("/none"));
    Path plugin = Files.writeString(folder.resolve("plugin.yaml"), "_format_version: \"3.0\"\n");
    proxy = RunningProxy.start(SnippetCaller.REALM, services.toString(), plugin.toString());
  }

  @AfterAll
  static void stop() throws Exception {
    proxy.close();
  }

  static Stream<Snippet> declarative() throws Exception {
    return Snippet.ofKind("declarative.yaml");
  }

  static Stream<Snippet> kubernetes() throws Exception {
    return Snippet.ofKind("kubernetes.sh");
  }

  private static void use(String elsewhere, String services, String plugin) throws Exception {
    Files.writeString(folder.resolve("plugin.yaml"), plugin);
    Files.writeString(folder.resolve("services.yaml"), services);
    proxy.hangUp();
    await()
        .untilAsserted(
            () -> assertThat(proxy.get(elsewhere).statusCode()).as(proxy.log()).isNotEqualTo(404));
  }

  private static Map<String, String> variables() {
    return new HashMap<>(Map.of(
        "ISSUER",
        SharedKeycloak.server().issuer(SnippetCaller.REALM),
        "CLIENT_ID",
        "service",
        "CLIENT_SECRET",
        RunningProxy.SECRET));
  }

  @ParameterizedTest
  @MethodSource("declarative")
  void declarativeSnippet_isInForce_whereItSays(Snippet snippet) throws Exception {
    String elsewhere = "/" + snippet.name();
    use(elsewhere, SERVICES.formatted(elsewhere), snippet.at(proxy, Snippet.Names.EXAMPLE));

    SnippetCaller.of(snippet.document())
        .assertInForce(snippet.scope(), proxy, List.of("/anything"), List.of("/other"), elsewhere);
  }

  /**
   * The folder {@code cluster} is the cluster of {@code kubectl.sh}, with a Service, an Ingress and
   * an HTTPRoute that the plugin is bound to.
   */
  @ParameterizedTest
  @MethodSource("kubernetes")
  void kubernetesSnippet_isInForce_whereItSays(Snippet snippet) throws Exception {
    String elsewhere = "/" + snippet.name();
    try (Stream<Path> objects = Files.list(CLUSTER)) {
      for (Path object : objects.toList()) {
        Files.writeString(
            cluster.resolve(object.getFileName()),
            Files.readString(object)
                .replace("{port}", Integer.toString(proxy.upstream().port()))
                .replace("{elsewhere}", elsewhere));
      }
    }
    String kubectl = Files.readString(cluster.resolve("kubectl.sh"));
    new Bash(cluster, variables()).type(kubectl + "\n" + snippet.at(proxy, Snippet.Names.EXAMPLE));

    List<String> manifests = new ArrayList<>();
    try (Stream<Path> files = Files.list(cluster)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".yaml")).toList()) {
        manifests.add(Files.readString(file));
      }
    }
    String applied = Files.readString(cluster.resolve("applied"));
    use(elsewhere, String.join("\n---\n", manifests), applied);

    // Routes of both kinds are annotated.
    SnippetCaller.of(snippet.document())
        .assertInForce(
            snippet.scope(), proxy, List.of("/anything", "/other"), List.of(), elsewhere);
  }

  /** The declarative file that is made of a document's entities and variables. */
  private static String rendered(String text) {
    int end = text.indexOf("variables:\n");
    String file = "_format_version: \"3.0\"\n"
        + text.substring("entities:\n".length(), end).indent(-2);
    for (MatchResult variable : VARIABLE.matcher(text.substring(end)).results().toList()) {
      file = file.replace(
          "${" + variable.group(1) + "}", "${{ env \"DECK_" + variable.group(2) + "\" }}");
    }
    return file;
  }

  @Test
  void howTo_endsWithARefreshTokenThatIsGoodForAnother() throws Exception {
    String file = rendered(new Snippet(HOW_TO, "service-entities.yaml").text());
    use("/how-to", SERVICES.formatted("/how-to"), file);
    Bash bash = new Bash(folder, variables());

    bash.variables().put("REFRESH_TOKEN", refreshTokenOf(bash, "get-refresh-token.sh"));

    assertThat(refreshTokenOf(bash, "use-refresh-token.sh")).startsWith("eyJ");
    assertThat(refreshTokenOf(bash, "use-its-own-refresh-token.sh")).startsWith("eyJ");
    assertThat(proxy.get("/anything").statusCode()).isEqualTo(401);
    SnippetCaller.needsNone(proxy, "/how-to");
  }

  /** What the upstream shows of a request that was typed; it has both tokens. */
  private static String refreshTokenOf(Bash bash, String file) throws Exception {
    String answer = bash.type(new Snippet(HOW_TO, file).at(proxy, Snippet.Names.EXAMPLE));
    assertThat(answer).startsWith("HTTP/1.1 200 ");
    Map<String, Object> shown =
        JSONObjectUtils.parse(answer.substring(answer.indexOf("\r\n\r\n") + 4));
    Map<?, ?> headers = (Map<?, ?>) shown.get("headers");
    assertThat(headers.containsKey("Refresh-Token")).as(answer).isTrue();
    assertThat(UpstreamToken.of(proxy)).startsWith("eyJ");
    return (String) headers.get("Refresh-Token");
  }
}
