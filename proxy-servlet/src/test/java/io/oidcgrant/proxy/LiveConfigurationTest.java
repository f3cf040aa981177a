package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.Reading;
import io.oidcgrant.proxy.config.Entities;
import io.oidcgrant.proxy.config.Gateway;
import io.oidcgrant.proxy.config.JsonNodes;
import io.oidcgrant.proxy.config.StateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept and what is in force are the same, whatever fails. */
class LiveConfigurationTest {
  private static final String SERVICE = "{\"services\": [{\"name\": \"shop\", \"host\": \"h\"}]}";

  @TempDir
  private Path directory;

  private final List<Path> files = new ArrayList<>();
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
            return LiveConfigurationTest.reading();
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
    live.use(applied::add);
    Files.createDirectories(directory.resolve("state.json/in the way"));
    assertThatThrownBy(() -> live.change(shop())).isInstanceOf(UncheckedIOException.class);
    assertThat(applied.get(applied.size() - 1)).isSameAs(first).isSameAs(live.gateway());
    assertThat(live.kept().all("services")).isEmpty();
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
}
