package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.config.Reading;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.admin.api.AdminApi;
import io.oidcgrant.proxy.admin.api.Answer;
import io.oidcgrant.proxy.config.StateFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The Admin API over a state file, beside {@code kong.yaml}, without a server. */
abstract class AdminApiFixture {
  static final String JSON = "application/json";
  static final String YAML = "application/yaml";
  static final String FORM = "application/x-www-form-urlencoded";
  static final String CANARY = "canary-77d0";
  static final String PLUGIN = """
      {"name": "upstream-oauth", "config": {"oauth": {"token_endpoint": "https://i/t",
        "client_id": "c", "client_secret": "s"}}}
      """;

  @TempDir
  Path directory;

  private final LiveConfiguration.Source source = new LiveConfiguration.Source() {
    @Override
    public List<Path> files() {
      Path file = directory.resolve("kong.yaml");
      return Files.exists(file) ? List.of(file) : List.of();
    }

    @Override
    public Reading reading() {
      return new Reading(name -> name.equals("SECRET_NAME") ? CANARY : null, false);
    }

    @Override
    public TrustedPeers trustedPeers() {
      return TrustedPeers.of(List.of());
    }
  };

  LiveConfiguration live;
  AdminApi api;

  record Reply(int status, String body) {
    Object at(String... path) throws Exception {
      Object found = JSONObjectUtils.parse(body);
      for (String name : path) {
        found = found instanceof Map<?, ?> map
            ? map.get(name)
            : found instanceof List<?> list ? list.get(Integer.parseInt(name)) : null;
      }
      return found;
    }
  }

  @BeforeEach
  void start() {
    Optional<StateFile> file = Optional.of(new StateFile(state()));
    live = LiveConfiguration.read(source, file);
    assertThat(live.reading().problems()).isEmpty();
    api = new AdminApi(live, List::of, issuer -> {});
  }

  Path state() {
    return directory.resolve("state.json");
  }

  void filed(String yaml) throws Exception {
    Files.writeString(directory.resolve("kong.yaml"), yaml);
    live.reload();
  }

  Reply send(String method, String path, String type, String body) {
    Answer answer = api.answer(method, path, null)
        .orElseGet(() -> api.write(method, path, type, body.getBytes(StandardCharsets.UTF_8)));
    return new Reply(answer.status(), answer.json());
  }

  Reply get(String path) {
    return send("GET", path, "", "");
  }

  Reply ok(String method, String path, String type, String body) {
    Reply reply = send(method, path, type, body);
    assertThat(reply.status()).as(reply.body()).isIn(200, 201, 204);
    return reply;
  }

  Reply refused(String method, String path, String type, String body) throws Exception {
    String before = Files.exists(state()) ? Files.readString(state()) : "";
    Reply reply = send(method, path, type, body);
    assertThat(reply.status()).as(reply.body()).isEqualTo(400);
    assertThat(reply.body()).doesNotContain(directory.toString());
    assertThat(Files.exists(state()) ? Files.readString(state()) : "").isEqualTo(before);
    return reply;
  }

  void shop() {
    ok("POST", "/services", JSON, "{\"name\": \"shop\", \"host\": \"h\"}");
    ok("POST", "/services/shop/routes", JSON, "{\"name\": \"cart\", \"paths\": [\"/\"]}");
  }
}
