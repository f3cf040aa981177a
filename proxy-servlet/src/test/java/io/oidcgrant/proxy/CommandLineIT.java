package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.FreePort;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line of the jar, as scripts and service managers see it. */
class CommandLineIT {
  private static final String ONE_SERVICE =
      "services: [{name: s, url: \"http://127.0.0.1:%d\", routes: [{name: r, paths: [/a]}]}]\n";
  private static final String WRONG = """
      services:
        - name: s
          url: ftp://up
          routes:
            - name: r
              paths: [/a]
      plugins:
        - name: openid-connect
          config:
            issuer: https://idp.example
            client_idd: x
            client_secret: canary-secret
      """;

  @TempDir
  private Path directory;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private Path good() throws IOException {
    return file("kong.yaml", ONE_SERVICE.formatted(FreePort.find()));
  }

  private static ProxyProcess command(String... arguments) {
    return ProxyProcess.launch(Map.of(), arguments);
  }

  @Test
  void run_printsOneLineWithTheRealPorts_andEndsWith0AfterSigterm() throws IOException {
    try (RawUpstream upstream = new RawUpstream();
        ProxyProcess proxy =
            ProxyProcess.run(file("kong.yaml", ONE_SERVICE.formatted(upstream.port())))) {
      assertThat(proxy.port()).isPositive();
      assertThat(proxy.get("/a").status()).isEqualTo(200);
      assertThat(proxy.admin("/health/live").body()).isEqualTo("{\"status\":\"UP\"}");
      proxy.terminate();
      assertThat(proxy.exitStatus()).isZero();
      assertThat(proxy.output())
          .containsExactly("ready proxy=http://127.0.0.1:" + proxy.port()
              + " admin=http://127.0.0.1:" + proxy.adminPort());
    }
  }

  @Test
  void run_onEveryAddress_printsLoopbackAndCanBeReachedThere() throws IOException {
    try (ProxyProcess proxy =
        command("run", "--config", good().toString(), "--listen", "0.0.0.0:0", "--admin", "off")) {
      assertThat(proxy.get("/none").status()).isEqualTo(404);
      assertThat(proxy.output()).containsExactly("ready proxy=http://127.0.0.1:" + proxy.port());
    }
  }

  @Test
  void state_withoutAnAdminApi_isRefused() throws IOException {
    Path state = directory.resolve("unreachable.yaml");
    try (ProxyProcess proxy = command(
        "run", "--config", good().toString(), "--state", state.toString(), "--admin", "off")) {
      assertThat(proxy.exitStatus()).isEqualTo(2);
      assertThat(proxy.log()).contains("--state needs --admin");
      assertThat(state).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "check"})
  void refusedConfiguration_printsEveryProblemAndEndsWith2(String command) throws IOException {
    Path file = file("wrong.yaml", WRONG);
    int port = FreePort.find();
    try (ProxyProcess proxy = command.equals("run")
        ? command("run", "--config", file.toString(), "--listen", "127.0.0.1:" + port)
        : command("check", "--config", file.toString())) {
      assertThat(proxy.exitStatus()).isEqualTo(2);
      assertThat(proxy.output()).isEmpty();
      List<String> lines = proxy.log().lines().toList();
      assertThat(lines).allMatch(line -> line.matches(".*wrong\\.yaml:\\d+: [^: ]+: .+"), "form");
      assertThat(lines).anyMatch(line -> line.contains("wrong.yaml:3: services[0].url: must be"));
      assertThat(lines)
          .anyMatch(line -> line.contains("wrong.yaml:11: plugins[0].config.client_idd: ")
              && line.contains("client_id"));
      assertThat(proxy.log()).doesNotContain("canary-secret");
    }
  }

  @Test
  void fileThatIsNotThere_endsWith2AndNamesIt() {
    try (ProxyProcess proxy =
        command("run", "--config", directory.resolve("absent.yaml").toString())) {
      assertThat(proxy.exitStatus()).isEqualTo(2);
      assertThat(proxy.log()).contains("absent.yaml").doesNotContain("Exception");
    }
  }

  @Test
  void variableThatIsNotSet_endsWith2AndNamesIt() throws IOException {
    Path file = file("kong.yaml", """
        services: [{name: s, url: '${{ env "NOT_SET_ANYWHERE" }}'}]
        """);
    try (ProxyProcess proxy = command("check", "--config", file.toString())) {
      assertThat(proxy.exitStatus()).isEqualTo(2);
      assertThat(proxy.log()).contains("kong.yaml:1: services[0].url: ", "NOT_SET_ANYWHERE");
    }
  }

  @ParameterizedTest
  @CsvSource({"TAKEN, off", "127.0.0.1:0, TAKEN"})
  void portInUse_endsWith3(String listen, String admin) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String taken = "127.0.0.1:" + server.getLocalPort();
      try (ProxyProcess proxy = command(
          "run",
          "--config",
          good().toString(),
          "--listen",
          listen.replace("TAKEN", taken),
          "--admin",
          admin.replace("TAKEN", taken))) {
        assertThat(proxy.exitStatus()).isEqualTo(3);
        assertThat(proxy.output()).isEmpty();
        assertThat(proxy.log()).contains("cannot listen on " + taken).doesNotContain("\tat ");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run --config FILE --lisen 127.0.0.1:0",
        "run --config FILE --listen nowhere",
        "run --config FILE --listen 127.0.0.1:99999",
        "run --config FILE --grace soon",
        "run --config FILE --grace -1",
        "run --config FILE --trusted-ips 10.0.0.0/99",
        "run --config FILE --log-level LOUD",
        "run --config FILE --admin 0.0.0.0:0",
        "run --config FILE --listen-tls 127.0.0.1:0",
        "run --config FILE --max-connections 0",
        "run --config FILE --state FILE.json --admin off",
        "check --config FILE --compat nginx",
        "check --config FILE --idle-timeout 0",
        "run",
        "start",
        "--config FILE",
      })
  void commandLineThatCannotBe_endsWith2AndSaysWhy(String line) throws IOException {
    String[] arguments = line.replace("FILE", good().toString()).split(" ", -1);
    try (ProxyProcess proxy = command(arguments)) {
      assertThat(proxy.exitStatus()).isEqualTo(2);
      assertThat(proxy.output()).isEmpty();
      assertThat(proxy.log()).isNotBlank().doesNotContain("\tat ");
    }
  }

  @Test
  void check_readsTheStateAsWell() throws IOException {
    Path state = file("state.json", "{\"services\": [{\"name\": \"kept\", \"host\": \"h\"}]}");
    Path names = file("names.yaml", "routes: [{name: r, paths: [/a], service: kept}]\n");
    try (ProxyProcess proxy =
        command("check", "--config", names.toString(), "--state", state.toString())) {
      assertThat(proxy.exitStatus()).as(proxy.log()).isZero();
    }
    assertThat(state).content().doesNotContain("id");
  }

  @Test
  void check_printsWhatIsInForce_withoutSecrets() throws IOException {
    Path file = file(
        "kong.yaml",
        ONE_SERVICE.formatted(9)
            + "plugins:\n  - "
            + Configs.grant("https://idp.example", "cache_tokens_salt: hidden1")
                .replace("client_secret: s", "client_secret: hidden2"));
    try (ProxyProcess proxy = command("check", "--config", file.toString(), "--print")) {
      assertThat(proxy.exitStatus()).isZero();
      assertThat(proxy.output())
          .contains(
              "    url: \"http://127.0.0.1:9\"",
              "      client_id: \"proxy\"",
              "      client_secret: \"***\"",
              "      cache_tokens_salt: \"***\"",
              "      rotation_grace: 30.0 # default");
      assertThat(String.join("\n", proxy.output()) + proxy.log()).doesNotContain("hidden");
    }
  }

  @Test
  void schema_isOneJsonObject_ofEveryField() {
    try (ProxyProcess proxy = command("schema")) {
      assertThat(proxy.exitStatus()).isZero();
      assertThat(proxy.output())
          .singleElement()
          .asString()
          .startsWith("{\"$schema\":")
          .contains("\"refresh_token_param_name\"", "\"upstream-oauth\"", "\"regex_priority\"");
    }
  }

  @Test
  void check_saysOk_opensNoPortAndAsksNoServer() throws IOException {
    try (ServerSocket issuer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path file = file(
          "kong.yaml",
          ONE_SERVICE.formatted(issuer.getLocalPort())
              + "plugins: [{name: openid-connect, config: {issuer: \"http://127.0.0.1:"
              + issuer.getLocalPort()
              + "\", client_id: c, client_secret: s}}]\n");
      try (ProxyProcess proxy = ProxyProcess.launch(
          Map.of(
              "OIDC_PROXY_LISTEN", "127.0.0.1:" + taken.getLocalPort(),
              "OIDC_PROXY_ADMIN", "127.0.0.1:" + taken.getLocalPort()),
          "check",
          "--config",
          file.toString())) {
        assertThat(proxy.exitStatus()).isZero();
        assertThat(proxy.output()).containsExactly("ok: 1 services, 1 routes, 1 plugins in force");
        assertThat(proxy.log())
            .containsPattern("warning: .*kong.yaml:\\d+: plugins\\[0\\]: the password grant is on");
        issuer.setSoTimeout(1);
        assertThat(connectionWaits(issuer)).isFalse();
      }
    }
  }

  private static boolean connectionWaits(ServerSocket server) throws IOException {
    try {
      server.accept().close();
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    }
  }

  @Test
  void options_areTakenFromTheEnvironment_andTheCommandLineGoesFirst() throws IOException {
    Path services = file("services.yaml", ONE_SERVICE.formatted(FreePort.find()));
    Path more = file("more.yaml", "routes: [{name: other, service: s, paths: [/other]}]\n");
    try (ProxyProcess proxy = ProxyProcess.launch(
        Map.of(
            "OIDC_PROXY_CONFIG", services + "," + more,
            "OIDC_PROXY_LISTEN", "127.0.0.1:0",
            "OIDC_PROXY_ADMIN", "127.0.0.1:0",
            "OIDC_PROXY_LOG_FORMAT", "json",
            "OIDC_PROXY_LOG_LEVEL", "info",
            "OIDC_PROXY_GRACE", "1"),
        "run",
        "--admin",
        "off")) {
      assertThat(proxy.get("/other").status()).isEqualTo(502);
      assertThat(proxy.output()).noneMatch(line -> line.contains("admin="));
      proxy.terminate();
      assertThat(proxy.exitStatus()).isZero();
      assertThat(proxy.log().lines()).isNotEmpty().allMatch(line -> line.startsWith("{"));
      assertThat(proxy.log()).contains("requests in flight have 1 s");
    }
  }

  @Test
  void variableWithAValueThatCannotBe_endsWith2() throws IOException {
    try (ProxyProcess proxy = ProxyProcess.launch(
        Map.of("OIDC_PROXY_GRACE", "soon"), "run", "--config", good().toString())) {
      assertThat(proxy.exitStatus()).isEqualTo(2);
      assertThat(proxy.log()).contains("--grace");
    }
  }

  @Test
  void severalFiles_areOneConfiguration_andProblemsNameTheirFile() throws IOException {
    Path services = file("services.yaml", ONE_SERVICE.formatted(FreePort.find()));
    Path more = file("more.yaml", "routes: [{name: other, service: nowhere, paths: [/other]}]\n");
    try (ProxyProcess proxy =
        command("check", "--config", services.toString(), "--config", more.toString())) {
      assertThat(proxy.exitStatus()).isEqualTo(2);
      assertThat(proxy.log().lines())
          .singleElement()
          .asString()
          .contains("more.yaml:1: routes[0].service: ");
    }
  }

  @Test
  void compatKong_takesFieldsOfLaterReleasesWithAWarning() throws IOException {
    Path file = file("kong.yaml", ONE_SERVICE.formatted(FreePort.find()) + """
        plugins:
          - name: openid-connect
            config:
              issuer: https://idp.example
              client_id: c
              client_secret: s
              session_cookie_name: x
        """);
    try (ProxyProcess refused = command("check", "--config", file.toString());
        ProxyProcess taken = command("check", "--config", file.toString(), "--compat", "kong")) {
      assertThat(refused.exitStatus()).isEqualTo(2);
      assertThat(refused.log()).contains("session_cookie_name", "not implemented");
      assertThat(taken.exitStatus()).isZero();
      assertThat(taken.log()).startsWith("warning: ").contains("session_cookie_name");
    }
  }

  @Test
  void help_namesTheCommands() {
    try (ProxyProcess help = command("--help");
        ProxyProcess run = command("run", "--help")) {
      assertThat(help.exitStatus()).isZero();
      assertThat(String.join("\n", help.output())).contains("run", "check");
      assertThat(run.exitStatus()).isZero();
      assertThat(String.join(" ", run.output()).replaceAll(" +", " "))
          .contains(
              "--config",
              "--listen",
              "--listen-tls",
              "--h2c",
              "--admin",
              "--admin-token-file",
              "--state",
              "--grace",
              "--trusted-ips",
              "--log-level")
          .containsSubsequence("--header-timeout=SECONDS How", "Default: 10.")
          .containsSubsequence("--idle-timeout=SECONDS How", "Default: 75.")
          .containsSubsequence("--max-connections=COUNT Most", "Default: 10000.")
          .containsSubsequence("--max-header-bytes=BYTES Most", "Default: 65536.")
          .containsSubsequence("--max-header-count=COUNT Most", "Default: 256.")
          .containsSubsequence("--min-body-rate=BYTES Least", "Default: 64.");
    }
  }

  @Test
  void version_isTheJars() {
    try (ProxyProcess proxy = command("--version")) {
      assertThat(proxy.exitStatus()).isZero();
      assertThat(proxy.output())
          .singleElement()
          .asString()
          .matches("oidc-proxy \\d+\\.\\d+\\.\\d+.*");
    }
  }
}
