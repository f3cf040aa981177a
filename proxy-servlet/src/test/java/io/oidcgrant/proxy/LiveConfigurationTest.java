package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.Reading;
import io.oidcgrant.proxy.config.Entities;
import io.oidcgrant.proxy.config.Gateway;
import io.oidcgrant.proxy.config.GatewayFiles;
import io.oidcgrant.proxy.config.JsonNodes;
import io.oidcgrant.proxy.config.StateFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private final List<Gateway> applied = new ArrayList<>();

  private LiveConfiguration live() {
    Optional<StateFile> file = Optional.of(new StateFile(directory.resolve("state.json")));
    return LiveConfiguration.read(LiveConfigurationTest::load, file, reading());
  }

  private static Reading reading() {
    return new Reading(name -> null, false);
  }

  private static LiveConfiguration.Read load(List<ConfigNode> documents) {
    Reading reading = reading();
    return new LiveConfiguration.Read(GatewayFiles.read(List.of(), documents, reading), reading);
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
}
