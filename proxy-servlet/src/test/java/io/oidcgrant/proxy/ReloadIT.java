package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.FreePort;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A configuration that changes while the proxy runs. */
@Timeout(90)
class ReloadIT {
  /** Bytes: for what comes and goes with requests. */
  private static final long HEAP_MARGIN = 8 << 20;

  private static final Pattern HEAP_ROW =
      Pattern.compile("(?: *\\d+:|Total) +(?<count>\\d+) +(?<bytes>\\d+)(?: +(?<name>[^ ]+).*)?");

  private static final String BASIC = "Authorization: Basic Y2xpZW50OnNlY3JldA==";

  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static StubIssuer issuer;
  private static ProxyProcess proxy;
  private static Path config;
  private static Path secret;

  @BeforeAll
  static void start() throws IOException {
    upstream = new RawUpstream();
    issuer = new StubIssuer();
    secret = Files.writeString(directory.resolve("secret"), "one\n");
    // As Kubernetes mounts it: a link to a link to a directory that is replaced.
    Files.createDirectory(directory.resolve("..1"));
    Files.createSymbolicLink(directory.resolve("..data"), Path.of("..1"));
    config =
        Files.createSymbolicLink(directory.resolve("kong.yaml"), Path.of("..data", "kong.yaml"));
    Files.writeString(directory.resolve("..1").resolve("kong.yaml"), routes("a"));
    proxy = ProxyProcess.run(config);
    assertThat(proxy.port()).isPositive();
  }

  @AfterAll
  static void stop() {
    proxy.close();
    issuer.close();
    upstream.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  private static String routes(String... names) {
    StringBuilder text = new StringBuilder("services:\n");
    for (String name : names) {
      text.append(Configs.service(name, upstream.url()));
    }
    String plugin = Configs.grant(issuer.url(), "client_auth: [client_secret_post]")
        .replace(
            "client_secret: s", "client_secret: \"{file:" + directory.resolve("secret") + "}\"");
    return text + Configs.service("g", upstream.url(), plugin);
  }

  /** As a careful editor does it. */
  private static void write(String text) throws IOException {
    Path real = directory.resolve("..data").toRealPath().resolve("kong.yaml");
    Path next = Files.writeString(directory.resolve("next"), text);
    Files.move(next, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static int status(String path) {
    return proxy.get(path).status();
  }

  private static void awaitStatus(String path, int status) {
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(status(path)).isEqualTo(status));
  }

  private static void hangUp() throws IOException, InterruptedException {
    hangUp(proxy);
  }

  private static void hangUp(ProxyProcess process) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(process.pid()))
            .start()
            .waitFor())
        .isZero();
  }

  @Test
  void changedFile_isTakenUp_andRequestsInFlightEndWhereTheyBegan() throws Exception {
    write(routes("a"));
    awaitStatus("/a", 200);
    CountDownLatch late = new CountDownLatch(1);
    upstream.script(request -> {
      if (request.target().equals("/late")) {
        late.await();
      }
      request.body();
      request.send(RawUpstream.OK);
    });
    try (RawConnection slow = proxy.connect()) {
      slow.request("GET", "/a/late");
      await().until(() -> !upstream.received().isEmpty());
      write(routes("b"));
      awaitStatus("/b", 200);
      assertThat(status("/a")).isEqualTo(404);
      late.countDown();
      assertThat(slow.read().status()).isEqualTo(200);
      assertThat(slow.request("GET", "/a").read().status()).isEqualTo(404);
    }
  }

  @Test
  void fileThatIsWrong_leavesWhatIsInForce_andEveryProblemIsSaid() throws Exception {
    write(routes("c"));
    hangUp();
    awaitStatus("/c", 200);
    String wrong =
        routes("d").replace("url:", "ulr:").replace("client_id: proxy", "client_id: 7") + "#hidden";
    write(wrong);
    hangUp();
    await()
        .untilAsserted(() -> assertThat(proxy.log())
            .contains("services[0].ulr: unknown field")
            .contains("client_id")
            .contains("the changed configuration is not used"));
    assertThat(status("/c")).isEqualTo(200);
    assertThat(status("/d")).isEqualTo(404);
    write(routes("d").substring(0, 30));
    hangUp();
    assertThat(status("/c")).isEqualTo(200);
    write(routes("d"));
    hangUp();
    awaitStatus("/d", 200);
    assertThat(proxy.log()).doesNotContain("hidden");
  }

  /** Such as a plugin's name with a slip in it: its route stands open. */
  @Test
  void warnings_areInTheLog() throws Exception {
    write(routes("w").replaceFirst("plugins: \\[]", "plugins: [{name: openid-conect}]"));
    awaitStatus("/w", 200);
    await()
        .untilAsserted(() -> assertThat(proxy.log())
            .containsPattern(
                "WARN .*kong\\.yaml:7: services\\[0]\\.routes\\[0]\\.plugins\\[0]\\.name: "));
  }

  @Test
  void fileThatIsThereLate_isTakenUp() throws Exception {
    Path late = directory.resolve("late");
    write(routes("late").replace(directory.resolve("secret") + "}", late + "}"));
    await()
        .untilAsserted(() -> assertThat(proxy.log()).contains("the file it names cannot be read"));
    assertThat(status("/late")).isEqualTo(404);
    Files.writeString(late, "late");
    awaitStatus("/late", 200);
  }

  @Test
  void hangUpDuringTheStart_endsNothing() throws Exception {
    int admin = FreePort.find();
    Path file = Configs.file(directory, "services:\n" + Configs.service("a", upstream.url()));
    try (ProxyProcess starting = ProxyProcess.launch(
        Map.of(),
        "run",
        "--config",
        file.toString(),
        "--listen",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:" + admin)) {
      await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), admin)) {
          return socket.isConnected();
        } catch (ConnectException e) {
          return false;
        }
      });
      hangUp(starting);
      assertThat(starting.get("/a").status()).isEqualTo(200);
    }
  }

  @Test
  void linksThatAreSwapped_areTakenUp() throws Exception {
    write(routes("e"));
    hangUp();
    awaitStatus("/e", 200);
    Files.createDirectory(directory.resolve("..2"));
    Files.writeString(directory.resolve("..2").resolve("kong.yaml"), routes("f"));
    Files.createSymbolicLink(directory.resolve("..tmp"), Path.of("..2"));
    Files.move(
        directory.resolve("..tmp"),
        directory.resolve("..data"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    awaitStatus("/f", 200);
    assertThat(status("/e")).isEqualTo(404);
  }

  @Test
  void secretThatChanges_isTakenUp_andNothingOfTheOldOneServesOn() throws Exception {
    write(routes("a"));
    hangUp();
    awaitStatus("/a", 200);
    Files.writeString(secret, "two\n");
    hangUp();
    await().until(() -> proxy.log().contains("configuration in force"));
    String first = "Refresh-Token: " + java.util.UUID.randomUUID();
    await().untilAsserted(() -> {
      assertThat(
              proxy.get("/g", "Refresh-Token: " + java.util.UUID.randomUUID()).status())
          .isEqualTo(200);
      assertThat(issuer.asked().get(issuer.asked().size() - 1)).contains("client_secret=two");
    });
    assertThat(proxy.get("/g", first).status()).isEqualTo(200);
    int asked = issuer.asked().size();
    assertThat(proxy.get("/g", first).status()).isEqualTo(200);
    assertThat(issuer.asked()).hasSize(asked);

    Files.writeString(secret, "three\n");
    hangUp();
    // What was remembered under the old policy is not used under the new one.
    await().untilAsserted(() -> {
      assertThat(proxy.get("/g", first).status()).isEqualTo(200);
      assertThat(issuer.asked().get(issuer.asked().size() - 1)).contains("client_secret=three");
    });
    assertThat(proxy.log()).doesNotContain("client_secret=", "\"two\"", "three");
  }

  /** Else every change would send all callers of all routes to the issuer at once. */
  @Test
  void whatIsRemembered_outlivesTheChangeOfAnotherRoute() throws Exception {
    write(routes("a"));
    hangUp();
    awaitStatus("/a", 200);
    String token = "Refresh-Token: " + java.util.UUID.randomUUID();
    assertThat(proxy.get("/g", token).status()).isEqualTo(200);
    int asked = issuer.asked().size();

    write(routes("before", "a"));
    hangUp();
    awaitStatus("/before", 200);

    assertThat(proxy.get("/g", token).status()).isEqualTo(200);
    assertThat(issuer.asked()).hasSize(asked);
  }

  /** As it is for everything that was started by {@code nohup}: then files are polled only. */
  private static boolean hangUpIsIgnored() throws IOException {
    Path status = Path.of("/proc/" + proxy.pid() + "/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .anyMatch(line -> line.matches("SigIgn:.*[13579bdf]"));
  }

  /** Of the objects that are in use: how many instances there are, and bytes, by their class. */
  private static Map<String, long[]> heap() throws IOException, InterruptedException {
    Path told = Files.createTempFile(directory, "heap", ".txt");
    Process jcmd = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            Long.toString(proxy.pid()),
            "GC.class_histogram")
        .redirectErrorStream(true)
        .redirectOutput(told.toFile())
        .start();
    assertThat(jcmd.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(jcmd.exitValue()).isZero();
    Map<String, long[]> found = new HashMap<>();
    for (String line : Files.readAllLines(told)) {
      Matcher row = HEAP_ROW.matcher(line);
      if (row.matches()) {
        found.put(
            row.group("name") == null ? "Total" : row.group("name"),
            new long[] {Long.parseLong(row.group("count")), Long.parseLong(row.group("bytes"))});
      }
    }
    return found;
  }

  @Test
  void fiftyReloadsUnderLoad_disturbNobody() throws Exception {
    write(routes("load"));
    awaitStatus("/load", 200);
    long before = heap().get("Total")[1];
    AtomicBoolean done = new AtomicBoolean();
    Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String path = i % 2 == 0 ? "/load" : "/g";
        running.add(callers.submit(() -> {
          try (RawConnection connection = proxy.connect()) {
            while (!done.get()) {
              Answer answer = connection.request("GET", path, BASIC).read();
              statuses.merge(answer.status(), 1, Integer::sum);
              // The upstream of the test keeps all that it gets.
              LockSupport.parkNanos(3_000_000);
            }
          }
        }));
      }
      int reloads = hangUpIsIgnored() ? 5 : 50;
      for (int i = 0; i < reloads; i++) {
        write(routes("load", "more" + i));
        hangUp();
        int now = i;
        await().pollInterval(Duration.ofMillis(5)).until(() -> status("/more" + now) == 200);
      }
      done.set(true);
      for (Future<?> caller : running) {
        caller.get(20, TimeUnit.SECONDS);
      }
    } finally {
      done.set(true);
      callers.shutdownNow();
    }
    assertThat(statuses).containsOnlyKeys(200);
    assertThat(statuses.get(200)).isGreaterThan(100);
    Map<String, long[]> heap = heap();
    assertThat(heap.get("io.oidcgrant.proxy.server.Engine")[0]).isEqualTo(1);
    assertThat(heap.get("io.oidcgrant.proxy.config.Gateway")[0]).isEqualTo(1);
    assertThat(heap.get("Total")[1]).isLessThan(before + HEAP_MARGIN);
    assertThat(proxy.log().getBytes(StandardCharsets.UTF_8).length).isLessThan(200_000);
  }
}
