package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What {@code examples/deploy} tells others to run. */
class DeployFilesIT {
  private static final Path FILES = Path.of("..", "examples", "deploy");

  @TempDir
  private Path directory;

  @BeforeEach
  void secrets() throws IOException {
    Files.writeString(directory.resolve("client-secret"), "s3cr3t\n");
    Files.writeString(directory.resolve("admin-token"), "t0k3n\n");
  }

  private static String text(String name) throws IOException {
    return Files.readString(FILES.resolve(name));
  }

  /** The first value of a directive of the unit, its continued lines joined. */
  private static String unit(String directive) throws IOException {
    return text("oidc-proxy.service")
        .replace("\\\n", " ")
        .lines()
        .filter(line -> line.startsWith(directive + "="))
        .findFirst()
        .orElseThrow()
        .substring(directive.length() + 1);
  }

  private static Map<?, ?> manifest(String kind) throws IOException {
    Load load = new Load(LoadSettings.builder().build());
    return StreamSupport.stream(
            load.loadAllFromString(text("kubernetes.yaml")).spliterator(), false)
        .map(each -> (Map<?, ?>) each)
        .filter(each -> kind.equals(each.get("kind")))
        .findFirst()
        .orElseThrow();
  }

  private static Object at(Object value, Object... path) {
    for (Object step : path) {
      value = step instanceof Integer index
          ? ((List<?>) value).get(index)
          : ((Map<?, ?>) value).get(step);
    }
    return value;
  }

  private static Map<?, ?> pod() throws IOException {
    return (Map<?, ?>) at(manifest("Deployment"), "spec", "template", "spec");
  }

  private static List<String> podArguments() throws IOException {
    return ((List<?>) at(pod(), "containers", 0, "args"))
        .stream().map(Object::toString).toList();
  }

  private static String configMap() throws IOException {
    return (String) at(manifest("ConfigMap"), "data", "kong.yaml");
  }

  /** The configuration with its secret in this test's directory. */
  private Path here(String config) {
    String local = config.replaceAll(
        "\\{file:/run/[^}]*/client-secret}", "{file:" + directory + "/client-secret}");
    assertThat(local).contains(directory.toString());
    return Configs.file(directory, local);
  }

  @Test
  void options_areOnesOfTheProxys() throws Exception {
    Set<String> known;
    try (ProxyProcess help = ProxyProcess.launch(Map.of(), "run", "--help")) {
      assertThat(help.exitStatus()).isZero();
      known = Pattern.compile("--[a-z0-9-]+")
          .matcher(String.join("\n", help.output()))
          .results()
          .map(found -> found.group())
          .collect(Collectors.toSet());
    }
    Set<String> used = new TreeSet<>();
    used.addAll(podArguments());
    used.addAll(Arrays.asList(unit("ExecStart").split("\\s+")));
    used.addAll(Arrays.asList(text("Dockerfile").split("[\\s\",\\[\\]]+")));
    used.removeIf(word -> !word.startsWith("--"));

    assertThat(known).containsAll(used);
    assertThat(used).contains("--config", "--admin-token-file", "--client-keys");
  }

  @Test
  void configurations_passTheCheck_andAreTheSame() throws Exception {
    Path config = here(text("kong.yaml"));
    try (ProxyProcess check =
        ProxyProcess.launch(Map.of(), "check", "--config", config.toString())) {
      assertThat(check.exitStatus()).as(check.log()).isZero();
      assertThat(check.log()).isEmpty();
    }
    Load load = new Load(LoadSettings.builder().build());
    String ofThePods = configMap()
        .replace("/run/oidc-proxy/", "/run/credentials/oidc-proxy.service/")
        .replace("http://example:8080", "http://127.0.0.1:8080");
    assertThat(load.loadFromString(ofThePods)).isEqualTo(load.loadFromString(text("kong.yaml")));
  }

  /** The command line with paths of this machine, and ports that are free. */
  private ProxyProcess start(List<String> jvmOptions, List<String> arguments, Path config) {
    List<String> local = new ArrayList<>();
    for (String word : arguments) {
      local.add(word.replace("/etc/oidc-proxy/kong.yaml", config.toString())
          .replaceFirst("^/(var/lib|run)/oidc-proxy/", directory + "/")
          .replace("0.0.0.0:8001", "127.0.0.1:0"));
    }
    local.addAll(List.of("--listen", "127.0.0.1:0"));
    if (!local.contains("--admin")) {
      local.addAll(List.of("--admin", "127.0.0.1:0"));
    }
    return ProxyProcess.launch(jvmOptions, Map.of(), local);
  }

  @Test
  void unit_startsTheProxy_andWaitsForItsEnd() throws Exception {
    List<String> words = Arrays.asList(unit("ExecStart").split("\\s+"));
    int jar = words.indexOf("-jar");
    assertThat(words.get(0)).endsWith("/java");
    Path config = here(text("kong.yaml"));

    try (ProxyProcess proxy =
        start(words.subList(1, jar), words.subList(jar + 2, words.size()), config)) {
      assertThat(proxy.admin("/health/live").status()).isEqualTo(200);
      assertThat(proxy.get("/").status()).isEqualTo(401);
    }
    int grace = Integer.parseInt(words.get(words.indexOf("--grace") + 1));
    assertThat(Integer.parseInt(unit("TimeoutStopSec"))).isGreaterThan(grace);
    assertThat(unit("RestartPreventExitStatus")).isEqualTo("2");
    assertThat(text("kong.yaml"))
        .contains("/run/credentials/oidc-proxy.service/"
            + unit("LoadCredential").replaceFirst(":.*", ""));
  }

  @Test
  void pod_startsTheProxy_isProbed_andWaitsForItsEnd() throws Exception {
    List<String> arguments = podArguments();
    Map<?, ?> container = (Map<?, ?>) at(pod(), "containers", 0);

    try (ProxyProcess proxy = start(List.of(), arguments, here(configMap()))) {
      for (String probe : List.of("startupProbe", "livenessProbe")) {
        String path = (String) at(container, probe, "httpGet", "path");
        assertThat(proxy.admin(path).status()).as(probe).isEqualTo(200);
      }
      String ready = (String) at(container, "readinessProbe", "httpGet", "path");
      assertThat(proxy.admin(ready).body()).contains("no issuer has been discovered yet");
      assertThat(proxy.admin("/services").status()).isEqualTo(401);
      assertThat(proxy.get("/").status()).isEqualTo(401);
    }
    int grace = Integer.parseInt(arguments.get(arguments.indexOf("--grace") + 1));
    int before = (int) at(container, "lifecycle", "preStop", "sleep", "seconds");
    assertThat((int) pod().get("terminationGracePeriodSeconds")).isGreaterThan(before + grace);
    assertThat(arguments)
        .contains(
            at(container, "volumeMounts", 0, "mountPath") + "/kong.yaml",
            at(container, "volumeMounts", 1, "mountPath") + "/admin-token");
    assertThat(((Map<?, ?>) manifest("Secret").get("stringData")).keySet().toString())
        .isEqualTo("[client-secret, admin-token]");
  }
}
