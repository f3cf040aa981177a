package io.oidcgrant.authorize;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.protocol.Consumers;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsumerMappingTest {
  private static final Consumer ALICE = consumer("1", "alice", "bob");
  private static final Consumer BOB = consumer("2", "bob", null);
  private static final Consumer CAROL = consumer("3", null, "42");
  private static final Consumer TWIN = consumer("4", "ALICE", null);
  private static final Consumer ODD = consumer("5", "true", "[42]");
  private static final List<Consumer> ALL = List.of(ALICE, BOB, CAROL, TWIN, ODD);

  private static Consumer consumer(String id, String username, String customId) {
    return new Consumer(id, Optional.ofNullable(username), Optional.ofNullable(customId));
  }

  private static Tokens tokens(Map<String, Object> claims) {
    return Tokens.builder(Secret.of("at")).claims(claims).build();
  }

  private static String found(
      List<List<String>> claims, List<String> by, boolean ignoreCase, Map<String, Object> token) {
    return new ConsumerMapping(claims, by, ignoreCase, Consumers.of(ALL))
        .find(tokens(token))
        .map(Consumer::id)
        .orElse("none");
  }

  @ParameterizedTest
  @CsvSource({
    "alice, username, false, 1",
    "ALICE, username, false, 4",
    "Alice, username, false, none",
    "Alice, username, true, 1",
    "ALICE, username, true, 1",
    "BOB, custom_id, true, none",
    "bob, username custom_id, false, 2",
    "bob, custom_id username, false, 1",
    "bob, custom_id, false, 1",
    "bob, id, false, none",
    "3, username custom_id id, false, 3",
    "3, username custom_id, false, none",
    "'', username custom_id id, false, none",
    "' alice', username, false, none",
    "alice bob, username, false, none",
  })
  void claim_isLookedFor_byTheNamedProperties_inTheirOrder(
      String name, String by, boolean ignoreCase, String id) {
    assertThat(
            found(List.of(List.of("sub")), List.of(by.split(" ")), ignoreCase, Map.of("sub", name)))
        .isEqualTo(id);
  }

  @Test
  void caseOfUserNames_dependsOnNoLanguage() {
    Consumer turkish = consumer("9", "TITLE", null);
    ConsumerMapping mapping = new ConsumerMapping(
        List.of(List.of("sub")), List.of("username"), true, Consumers.of(List.of(turkish)));

    assertThat(mapping.find(tokens(Map.of("sub", "TiTLE")))).contains(turkish);
    assertThat(mapping.find(tokens(Map.of("sub", "t\u0131tle")))).isEmpty();
  }

  @Test
  void paths_goIntoObjectsAndLists_andTheFirstThatNamesOneCounts() {
    Map<String, Object> token =
        Map.of("sub", "nobody", "a", Map.of("b", List.of("x", "bob")), "name", "alice");
    List<String> by = List.of("username");

    assertThat(found(List.of(List.of("a", "b", "2")), by, false, token)).isEqualTo("2");
    assertThat(found(List.of(List.of("a", "b", "1")), by, false, token)).isEqualTo("none");
    assertThat(found(
            List.of(List.of("none"), List.of("sub"), List.of("name"), List.of("a", "b", "2")),
            by,
            false,
            token))
        .isEqualTo("1");
  }

  @Test
  void whatIsNoTextAndNoNumber_namesNobody() {
    List<List<String>> sub = List.of(List.of("sub"));
    List<String> by = List.of("custom_id");

    assertThat(found(sub, by, false, Map.of("sub", 42L))).isEqualTo("3");
    assertThat(found(sub, by, false, Map.of("sub", List.of("42")))).isEqualTo("none");
    assertThat(found(sub, by, false, Map.of("sub", Map.of("42", "42")))).isEqualTo("none");
    assertThat(found(sub, List.of("username"), false, Map.of("sub", true))).isEqualTo("none");
    assertThat(found(sub, by, false, Map.of())).isEqualTo("none");
  }

  @Test
  void accessToken_isBelievedBeforeTheIdToken() {
    ConsumerMapping mapping = new ConsumerMapping(
        List.of(List.of("name")), List.of("username"), false, Consumers.of(ALL));
    Tokens.Builder both = Tokens.builder(Secret.of("at")).idTokenClaims(Map.of("name", "bob"));

    assertThat(mapping.find(both.build())).contains(BOB);
    assertThat(mapping.find(both.claims(Map.of("name", "alice")).build())).contains(ALICE);
    assertThat(mapping.find(both.claims(Map.of("name", "nobody")).build())).isEmpty();
  }

  @Test
  void withoutClaims_callersAreNoConsumers() {
    ConsumerMapping off =
        new ConsumerMapping(List.of(), List.of("username"), false, Consumers.of(ALL));

    assertThat(off.isOn()).isFalse();
    assertThat(off.find(tokens(Map.of("sub", "alice")))).isEmpty();
    assertThat(new ConsumerMapping(List.of(List.of("sub")), List.of("id"), false, Consumers.of(ALL))
            .isOn())
        .isTrue();
  }

  @Test
  void idThatIsNone_isNobodys() {
    Consumers named = Consumers.of(List.of(Consumer.named("alice")));
    ConsumerMapping mapping =
        new ConsumerMapping(List.of(List.of("sub")), List.of("id"), false, named);

    assertThat(mapping.find(tokens(Map.of("sub", "")))).isEmpty();
  }
}
