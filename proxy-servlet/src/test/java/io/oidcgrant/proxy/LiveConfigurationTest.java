package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.Reading;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.config.Entities;
import io.oidcgrant.proxy.config.Gateway;
import io.oidcgrant.proxy.config.JsonNodes;
import io.oidcgrant.proxy.config.StateFile;
import io.oidcgrant.proxy.testing.SelfSigned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is kept and what is in force are the same, whatever fails. */
@Timeout(60)
class LiveConfigurationTest {
  private static final String SERVICE = "{\"services\": [{\"name\": \"shop\", \"host\": \"h\"}]}";

  private static final String GUARDED = """
      services: [{name: s, url: "http://127.0.0.1:1", routes: [{name: door, paths: [/a]}]}]
      plugins:
        - name: openid-connect
          config:
            issuer: https://idp.example
            client_id: proxy
            client_secret: s
            auth_methods: [client_credentials]
      """;

  @TempDir
  private Path directory;

  private final List<Path> files = new ArrayList<>();
  private Runnable meanwhile = () -> {};
  private final List<Gateway> applied = new ArrayList<>();

  private LiveConfiguration live() {
    Optional<StateFile> file = Optional.of(new StateFile(directory.resolve("state.json")));
    return LiveConfiguration.read(
        new LiveConfiguration.Source() {
          @Override
          public List<Path> files() {
            return files;
          }

          @Override
          public Reading reading() {
            return new Reading(
                name -> {
                  meanwhile.run();
                  return "s";
                },
                false);
          }

          @Override
          public TrustedPeers trustedPeers() {
            return TrustedPeers.of(List.of());
          }
        },
        file);
  }

  private static Reading reading() {
    return new Reading(name -> null, false);
  }

  private static Entities shop() {
    byte[] text = SERVICE.getBytes(StandardCharsets.UTF_8);
    return Entities.of(JsonNodes.read("state", text), reading());
  }

  @Test
  void whatCannotBeKept_isNotInForce() throws Exception {
    LiveConfiguration live = live();
    Gateway first = live.gateway();
    live.use(gateway -> {
      applied.add(gateway);
      Files.createDirectories(directory.resolve("state.json/in the way"));
    });
    assertThatThrownBy(() -> live.change(shop())).isInstanceOf(UncheckedIOException.class);
    assertThat(applied.get(applied.size() - 1)).isSameAs(first).isSameAs(live.gateway());
    assertThat(live.kept().all("services")).isEmpty();
  }

  @Test
  void stateThatSomebodyElseHasChanged_isNotOverwritten() throws Exception {
    LiveConfiguration first = live();
    LiveConfiguration second = live();
    first.use(applied::add);
    first.change(shop());
    Files.setLastModifiedTime(directory.resolve("state.json"), FileTime.fromMillis(1));
    first.change(shop());
    assertThatThrownBy(() -> second.change(Entities.none("state")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("has been changed by somebody else");
    assertThat(second.kept().all("services")).isEmpty();
    LiveConfiguration third = live();
    Path state = directory.resolve("state.json");
    assertThat(state).content().contains("shop");
    Files.delete(state);
    assertThatThrownBy(() -> third.change(shop())).hasMessageContaining("somebody else");
    assertThat(state).doesNotExist();
    assertThat(directory).isDirectoryNotContaining("glob:**.next");
  }

  /** Between the check and the move, and between the reading and the first write. */
  @Test
  void stateThatChangesMeanwhile_isNotOverwritten() throws Exception {
    LiveConfiguration live = live();
    Path state = directory.resolve("state.json");
    live.use(gateway -> Files.writeString(state, "{}"));
    assertThatThrownBy(() -> live.change(shop())).hasMessageContaining("somebody else");
    assertThat(state).hasContent("{}");

    StateFile file = new StateFile(state);
    file.read(reading());
    Files.writeString(state, "{\"services\": []}");
    assertThatThrownBy(file::tryToReplace).isInstanceOf(IllegalArgumentException.class);
    assertThat(state).content().contains("services");
    assertThat(directory).isDirectoryNotContaining("glob:**.next");
  }

  @Test
  void whatChangesDuringTheStart_isInForceAfterIt() throws Exception {
    LiveConfiguration live = live();
    live.change(shop());
    live.use(applied::add);
    assertThat(applied).containsExactly(live.gateway());
    assertThat(live.gateway().services()).hasSize(1);
  }

  private Path file(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("kong.yaml"), text);
    // Written within a clock's tick of before, it would look the same.
    Files.setLastModifiedTime(file, FileTime.fromMillis(text.hashCode()));
    files.clear();
    files.add(file);
    return file;
  }

  /** Cut off after a route and before its plugin, the door would stand open. */
  @Test
  void fileThatIsBeingWritten_isNotTakenUpByAChange() throws Exception {
    String service = "services: [{name: a, url: \"http://h\"}]\n";
    file(service + "routes: [{name: r, paths: [/], service: a}]\n");
    LiveConfiguration live = live();
    live.use(applied::add);

    file(service);
    live.change(shop());
    assertThat(live.gateway().routes()).hasSize(1);
    assertThat(live.gateway().services()).hasSize(2);

    file("no configuration");
    live.change(Entities.none("state"));
    assertThat(live.gateway().routes()).hasSize(1);
    assertThat(live.gateway().services()).hasSize(1);
    assertThat(live.tried().isSettled()).isFalse();
  }

  @Test
  void fileOfARefusedReading_isWatched() throws Exception {
    Path secret = directory.resolve("late");
    file("services: []");
    LiveConfiguration live = live();
    file("consumers: [{username: \"{file:" + secret + "}\"}]");
    assertThatThrownBy(live::reload).isInstanceOf(ConfigException.class);
    assertThat(live.tried().files()).contains(secret);
    assertThat(live.tried().isSettled()).isTrue();

    Files.writeString(secret, "alice");
    assertThat(live.tried().isSettled()).isFalse();
    assertThat(live.reload()).isTrue();
  }

  @Test
  void whatCannotBeInForce_leavesNothingBehind() throws Exception {
    LiveConfiguration live = live();
    live.use(gateway -> {
      throw new ConfigException(List.of(new ConfigProblem("all", 0, "", "no")));
    });
    assertThatThrownBy(() -> live.change(shop())).isInstanceOf(ConfigException.class);
    assertThat(directory).isEmptyDirectory();
  }

  /** Links stay links, also one that leads to nothing yet. */
  @Test
  void stateBehindALink_isWrittenWhereItLeads() throws Exception {
    Path target = Files.createDirectory(directory.resolve("volume")).resolve("kept.json");
    Path link =
        Files.createSymbolicLink(directory.resolve("state.json"), Path.of("volume", "kept.json"));
    live().change(shop());
    assertThat(link).isSymbolicLink();
    assertThat(target).content().contains("shop");
    new StateFile(link).tryToReplace();
    assertThat(link).isSymbolicLink();
    assertThat(target).content().contains("shop");
    assertThat(live().kept().all("services")).hasSize(1);
    assertThat(target.getParent()).isDirectoryNotContaining("glob:**.next");
  }

  @Test
  void stateThatCannotBeReplaced_isSaidBeforeItIsNeeded() throws Exception {
    StateFile file = new StateFile(directory.resolve("state.json"));
    write("state.json", "{}");
    Files.createDirectories(directory.resolve("state.json.next/in the way"));
    assertThatThrownBy(file::tryToReplace)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("state.json cannot be replaced");
  }

  private Path write(String name, String text) {
    try {
      return Files.writeString(directory.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void apiWrite_takesSecretsAndCertificatesOfTheFilesAsTheyWereAccepted() throws Exception {
    Path secret = write("secret", "one");
    SelfSigned.of("pair", "EC", Duration.ofDays(30)).write(directory, "pair");
    String text = GUARDED.replace("client_secret: s", "client_secret: '{file:" + secret + "}'")
        + "certificates: [{cert: '{file:DIR/pair.pem}', key: '{file:DIR/pair.key}'}]\n"
            .replace("DIR", directory.toString());
    file(text);
    LiveConfiguration live = live();
    live.use(applied::add);

    write("secret", "longer than before");
    Files.delete(directory.resolve("pair.pem"));
    live.change(shop());
    assertThat(secretOf(live)).isEqualTo("one");
    assertThat(live.tried().isSettled()).isFalse();

    Files.delete(secret);
    live.change(Entities.none("state"));
    assertThat(secretOf(live)).isEqualTo("one");
  }

  private static String secretOf(LiveConfiguration live) {
    return live.gateway()
        .routes()
        .get(0)
        .grant()
        .orElseThrow()
        .clients()
        .get(0)
        .secret()
        .orElseThrow()
        .reveal();
  }

  /** In a thread of its own, for who waits for a pipe cannot be interrupted. */
  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void pipeInPlaceOfAFile_isNotWaitedFor() throws Exception {
    Path file = file("services: [{name: a, url: \"http://h\"}]\n");
    LiveConfiguration live = live();
    Files.delete(file);
    pipe(file);
    assertThatThrownBy(live::reload)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no regular file");
    assertThat(live.tried().files()).containsExactly(file);
    Files.delete(file);
    file("services: [{name: b, url: \"http://h\"}]\n");
    assertThat(live.tried().isSettled()).isFalse();
    assertThat(live.reload()).isTrue();

    Path pipe = directory.resolve("pipe");
    pipe(pipe);
    file(GUARDED.replace("client_secret: s", "client_secret: '{file:" + pipe + "}'"));
    assertThatThrownBy(live::reload).hasMessageContaining("cannot be read");
  }

  private static void pipe(Path at) throws Exception {
    assertThat(new ProcessBuilder("mkfifo", at.toString()).start().waitFor()).isZero();
  }

  @Test
  void fileThatChangesWhileItIsRead_isNotTakenUp() throws Exception {
    String text = GUARDED.replace("client_secret: s", "client_secret: '{vault://env/now}'");
    file(text);
    LiveConfiguration live = live();
    live.use(applied::add);

    meanwhile = () -> write("kong.yaml", text + "# more\n");
    assertThat(live.reload()).isFalse();
    assertThat(applied).isEmpty();
    assertThat(live.tried().isSettled()).isFalse();

    meanwhile = () -> {};
    assertThat(live.reload()).isTrue();
    assertThat(live.tried().isSettled()).isTrue();
  }
}
