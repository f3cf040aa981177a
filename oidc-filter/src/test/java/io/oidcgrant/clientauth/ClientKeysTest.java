package io.oidcgrant.clientauth;

import static com.nimbusds.jose.JWSAlgorithm.ES256;
import static com.nimbusds.jose.JWSAlgorithm.EdDSA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.jose.SigningKey;
import io.oidcgrant.testing.CapturedLog;
import io.oidcgrant.testing.TestClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientKeysTest {
  private static final Set<String> PRIVATE =
      Set.of("d", "p", "q", "dp", "dq", "qi", "oth", "k", "r", "t");

  @TempDir
  private Path directory;

  private final TestClock clock = new TestClock();

  private Path file() {
    return directory.resolve("keys.json");
  }

  private Path file(String text) throws IOException {
    Files.writeString(file(), text);
    return Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
  }

  private static List<String> ids(ClientKeys keys) {
    return keys.publicKeys().getKeys().stream().map(JWK::getKeyID).toList();
  }

  private static String id(ClientKeys keys, JWSAlgorithm algorithm) {
    return keys.current(algorithm).key().getKeyID();
  }

  static Stream<JWSAlgorithm> algorithms() {
    return SigningKey.ASYMMETRIC.stream();
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void whatIsPublished_hasNoPrivateMember(JWSAlgorithm algorithm) throws Exception {
    ClientKeys keys = ClientKeys.at(file());
    SigningKey first = keys.current(algorithm);
    keys.rotate();

    Map<String, Object> set = keys.publicKeys().toJSONObject(false);
    Map<String, Object>[] members = JSONObjectUtils.getJSONObjectArray(set, "keys");
    assertThat(members)
        .hasSize(2)
        .allSatisfy(key -> assertThat(key.keySet())
            .contains("kid", "use", "alg")
            .doesNotContainAnyElementsOf(PRIVATE));
    assertThat(first.key().toJSONObject()).containsKey("d");
    assertThat(keys.toString())
        .doesNotContain(first.key().toJSONObject().get("d").toString());
    assertThat(Files.readString(file()))
        .as("a key that signs no more need not be kept")
        .doesNotContain(first.key().toJSONObject().get("d").toString());
    assertThat(id(ClientKeys.at(file()), algorithm)).isEqualTo(id(keys, algorithm));
  }

  @Test
  void secretKeys_areNeitherMadeNorPublished() throws IOException {
    String secret =
        new OctetSequenceKey.Builder(new byte[64]).keyID("oct").build().toJSONString();
    ClientKeys keys =
        ClientKeys.at(file("{\"keys\":[" + secret + "],\"previous\":[" + secret + "]}"));

    assertThat(keys.publicKeys().getKeys()).isEmpty();
    assertThatThrownBy(() -> keys.current(JWSAlgorithm.HS256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HS256");
  }

  @Test
  void rotate_keepsThePreviousKeys_andDropsThoseBefore() {
    for (ClientKeys keys : List.of(ClientKeys.inMemory(), ClientKeys.at(file()))) {
      String first = id(keys, ES256);
      String other = id(keys, EdDSA);
      assertThat(ids(keys)).containsExactly(first, other);

      List<String> second = keys.rotate();
      assertThat(second).hasSize(2).doesNotContain(first, other);
      assertThat(List.of(id(keys, ES256), id(keys, EdDSA))).isEqualTo(second);
      assertThat(ids(keys)).containsExactly(second.get(0), second.get(1), first, other);

      List<String> third = keys.rotate();
      assertThat(ids(keys))
          .containsExactly(third.get(0), third.get(1), second.get(0), second.get(1));
    }
  }

  @Test
  void manyAtOnce_overOneFile_getOneKey() throws Exception {
    int threads = 8;
    CountDownLatch start = new CountDownLatch(1);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<ClientKeys> instances = List.of(ClientKeys.at(file()), ClientKeys.at(file()));
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        ClientKeys keys = instances.get(i % 2);
        answers.add(executor.submit(() -> {
          start.await();
          return id(keys, ES256);
        }));
      }
      start.countDown();
      Set<String> seen = new HashSet<>();
      for (Future<String> answer : answers) {
        seen.add(answer.get(30, TimeUnit.SECONDS));
      }
      assertThat(seen).hasSize(1);
      assertThat(ids(ClientKeys.at(file()))).containsExactlyElementsOf(seen);
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void anotherAlgorithm_isAddedToWhatAnotherHasStored() {
    ClientKeys one = ClientKeys.at(file(), clock);
    ClientKeys other = ClientKeys.at(file(), clock);
    String first = id(one, ES256);

    String second = id(other, EdDSA);

    assertThat(ids(ClientKeys.at(file()))).containsExactly(first, second);
  }

  @Test
  void rotationByAnother_isTakenUpAfterASecond_andNotLookedForBefore() {
    ClientKeys running = ClientKeys.at(file(), clock);
    String before = id(running, ES256);
    String after = ClientKeys.at(file()).rotate().get(0);

    clock.advance(Duration.ofMillis(999));
    assertThat(id(running, ES256)).isEqualTo(before);
    clock.advance(Duration.ofMillis(1));
    assertThat(id(running, ES256)).isEqualTo(after);
    assertThat(ids(running)).containsExactly(after, before);
  }

  @Test
  void fileAndItsCompanions_areForTheOwnerAlone() throws IOException {
    ClientKeys keys = ClientKeys.at(file());
    keys.current(ES256);
    keys.rotate();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    try (Stream<Path> all = Files.list(directory)) {
      assertThat(all).containsExactlyInAnyOrder(file(), directory.resolve("keys.json.lock"));
    }
  }

  @Test
  void linkToTheFile_staysALink() throws IOException {
    Path target = Files.createDirectory(directory.resolve("target")).resolve("real.json");
    ClientKeys.at(target).current(ES256);
    Path link = Files.createSymbolicLink(file(), target);

    List<String> after = ClientKeys.at(link).rotate();

    assertThat(link).isSymbolicLink();
    assertThat(ids(ClientKeys.at(target))).containsAll(after);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-"})
  void fileThatIsOpenToOthers_isRefused(String mode) throws IOException {
    ClientKeys.at(file()).current(ES256);
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(mode));

    assertThatThrownBy(() -> ClientKeys.at(file()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            file() + " may be read or written by others than its owner; it must have mode 600");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "canary",
        "[]",
        "{}",
        "{\"keys\":\"canary\"}",
        "{\"keys\":[\"canary\"]}",
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"canary\",\"y\":\"canary\",\"d\":\"canary\"}]}",
        "{\"keys\":[],\"previous\":[{\"kty\":\"canary\"}]}",
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}",
      })
  void fileOfSomethingElse_isRefused_withoutItsContent(String text) throws IOException {
    Path file = file(text);

    assertThatThrownBy(() -> ClientKeys.at(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + " ")
        .hasMessageNotContaining("canary");
  }

  @Test
  void directoryThatIsNotThere_isRefused() {
    Path file = directory.resolve("gone").resolve("keys.json");

    assertThatThrownBy(() -> ClientKeys.at(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("directory");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void brokenOrMissingFile_keepsTheLastKeys_andIsLoggedOnce(boolean missing) throws IOException {
    ClientKeys keys = ClientKeys.at(file(), clock);
    String first = id(keys, ES256);
    String good = Files.readString(file());
    if (missing) {
      Files.delete(file());
    } else {
      file("{\"keys\": [canary");
    }
    try (CapturedLog log = CapturedLog.start()) {
      for (int i = 0; i < 3; i++) {
        clock.advance(Duration.ofSeconds(1));
        assertThat(id(keys, ES256)).isEqualTo(first);
      }
      assertThat(log.lines())
          .singleElement()
          .satisfies(line -> assertThat(line)
              .startsWith("ERROR ")
              .contains(file().toString())
              .doesNotContain("canary"));
    }
    if (!missing) {
      assertThatThrownBy(keys::rotate)
          .as("what cannot be read is not written over")
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(file().toString());
      assertThat(id(keys, ES256)).isEqualTo(first);
    }
    file(good);
    String after = ClientKeys.at(file()).rotate().get(0);
    clock.advance(Duration.ofSeconds(1));
    assertThat(id(keys, ES256)).isEqualTo(after);
  }
}
