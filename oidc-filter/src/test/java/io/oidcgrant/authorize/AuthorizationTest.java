package io.oidcgrant.authorize;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.protocol.Told;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizationTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000);
  private static final List<String> ROLES = List.of("realm", "roles");

  private static Tokens.Builder with(Map<String, Object> claims) {
    return Tokens.builder(Secret.of("at")).claims(claims);
  }

  private static Told told(Map<String, Object> members) {
    return Told.of(members, Optional.empty());
  }

  private static boolean passes(Authorization.Builder rules, Tokens.Builder tokens) {
    Optional<Failure> failure = rules.build().refuses(tokens.build(), NOW);
    failure.ifPresent(found -> assertThat(found.kind()).isEqualTo(Kind.FORBIDDEN));
    return failure.isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "example.org, true",
    "EXAMPLE.org, true",
    "two.example, true",
    "evil-example.org, false",
    "example.org.evil, false",
    "sub.example.org, false",
    "example.org@evil, false",
    "example.org two.example, false",
    "' example.org', false",
    "'', false",
  })
  void domain_isOneOfTheList_whole(String domain, boolean passes) {
    Authorization.Builder rules =
        new Authorization.Builder().domains(List.of("Example.Org", "two.example"));

    assertThat(passes(rules, with(Map.of("hd", domain)))).isEqualTo(passes);
  }

  @Test
  void domain_mustBeThere_andAText_whereverItIsTold() {
    Authorization.Builder rules = new Authorization.Builder().domains(List.of("a.example"));
    Map<String, Object> ours = Map.of("hd", "a.example");

    assertThat(passes(rules, with(Map.of()))).isFalse();
    assertThat(passes(rules, with(Map.of("hd", List.of("a.example"))))).isFalse();
    assertThat(passes(rules, with(Map.of("email", "x@a.example")))).isFalse();
    assertThat(passes(rules, with(Map.of("sub", "x")).idTokenClaims(ours))).isTrue();
    assertThat(passes(rules, with(Map.of()).userInfo(told(ours)))).isTrue();
    assertThat(passes(rules, with(Map.of("hd", "b.example")).userInfo(told(ours))))
        .isFalse();
  }

  @Test
  void personsClaims_mayComeFromUserinfo_afterWhatTheTokenSays() {
    Authorization.Builder rules =
        new Authorization.Builder().requireOfPerson("role", ROLES, List.of("admin", "a b"));
    Map<String, Object> admin = Map.of("realm", Map.of("roles", List.of("x", "admin")));
    Map<String, Object> user = Map.of("realm", Map.of("roles", List.of("user")));

    assertThat(passes(rules, with(admin))).isTrue();
    assertThat(passes(rules, with(user))).isFalse();
    assertThat(passes(rules, with(Map.of()))).isFalse();
    assertThat(passes(rules, with(Map.of()).userInfo(told(admin)))).isTrue();
    assertThat(passes(rules, with(Map.of()).introspection(told(admin)))).isTrue();
    assertThat(passes(rules, with(user).userInfo(told(admin)))).isFalse();
    assertThat(passes(rules, with(Map.of()).idTokenClaims(admin))).isFalse();
    assertThat(passes(rules, with(Map.of("realm", Map.of("roles", "b a"))))).isTrue();
  }

  @Test
  void rightsOfTheToken_neverComeFromUserinfoOrTheIdToken() {
    Authorization.Builder rules =
        new Authorization.Builder().require("scope", List.of("scope"), List.of("read"));
    Map<String, Object> read = Map.of("scope", "read write");

    assertThat(passes(rules, with(read))).isTrue();
    assertThat(passes(rules, with(Map.of()).introspection(told(read)))).isTrue();
    assertThat(passes(rules, with(Map.of()).userInfo(told(read)))).isFalse();
    assertThat(passes(rules, with(Map.of()).idTokenClaims(read))).isFalse();
  }

  @Test
  void forbiddenClaim_isRefused_whateverItHolds() {
    Authorization.Builder rules = new Authorization.Builder().forbid(List.of("act"));
    Map<String, Object> none = new HashMap<>();
    none.put("act", null);

    assertThat(passes(rules, with(Map.of("sub", "x")))).isTrue();
    assertThat(passes(rules, with(Map.of("act", false)))).isFalse();
    assertThat(passes(rules, with(none))).isFalse();
    assertThat(passes(rules, with(Map.of()).introspection(told(Map.of("act", 1)))))
        .isFalse();
  }

  private static Optional<Kind> stepUp(Integer maxAge, List<String> contexts, Object... claims) {
    Map<String, Object> token = new HashMap<>();
    for (int i = 0; i < claims.length; i += 2) {
      token.put((String) claims[i], claims[i + 1]);
    }
    StepUp demanded = new StepUp(
        Optional.ofNullable(maxAge).map(Duration::ofSeconds), Duration.ofSeconds(5), contexts);
    return new Authorization.Builder()
        .stepUp(demanded)
        .build()
        .refuses(with(token).build(), NOW)
        .map(Failure::kind);
  }

  @ParameterizedTest
  @CsvSource({
    // The oldest that passes was 60 + 5 seconds ago, the youngest is 5 seconds ahead.
    "60, -65, true",
    "60, -65.001, false",
    "60, -66, false",
    "60, 0, true",
    "60, 5, true",
    "60, 5.001, false",
    "60, 6, false",
    "0, -5, true",
    "0, -6, false",
  })
  void authenticationTime_liesWithinMaxAge_andTheLeeway(int maxAge, double ago, boolean passes) {
    double time = NOW.getEpochSecond() + ago;
    Optional<Kind> refused = stepUp(maxAge, List.of(), "auth_time", time);

    assertThat(refused)
        .isEqualTo(passes ? Optional.empty() : Optional.of(Kind.INSUFFICIENT_AUTHENTICATION));
    if (ago == Math.rint(ago)) {
      assertThat(stepUp(maxAge, List.of(), "auth_time", (long) time)).isEqualTo(refused);
    }
  }

  @Test
  void authenticationTime_thatIsNoNumber_wasNever() {
    for (Object time : Arrays.asList(
        null,
        Long.toString(NOW.getEpochSecond()),
        true,
        List.of(NOW.getEpochSecond()),
        Double.NaN,
        Double.POSITIVE_INFINITY,
        1e300,
        -1,
        0)) {
      assertThat(stepUp(60, List.of(), "auth_time", time))
          .as(String.valueOf(time))
          .contains(Kind.INSUFFICIENT_AUTHENTICATION);
    }
    assertThat(stepUp(60, List.of(), "iat", NOW.getEpochSecond()))
        .contains(Kind.INSUFFICIENT_AUTHENTICATION);
    assertThat(stepUp(null, List.of(), "auth_time", "x")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gold", "silver"})
  void context_isOneOfTheList(String context) {
    assertThat(stepUp(null, List.of("gold", "silver"), "acr", context)).isEmpty();
  }

  @Test
  void context_ofAnotherName_orOfNone_isNotEnough() {
    for (Object context :
        Arrays.asList("bronze", "Gold", "gold silver", "", null, 1, List.of("gold"))) {
      assertThat(stepUp(null, List.of("gold", "silver"), "acr", context))
          .as(String.valueOf(context))
          .contains(Kind.INSUFFICIENT_AUTHENTICATION);
    }
  }

  @Test
  void bothAreDemanded_whereBothAreConfigured() {
    long now = NOW.getEpochSecond();

    assertThat(stepUp(60, List.of("gold"), "acr", "gold", "auth_time", now)).isEmpty();
    assertThat(stepUp(60, List.of("gold"), "acr", "gold", "auth_time", now - 100))
        .contains(Kind.INSUFFICIENT_AUTHENTICATION);
    assertThat(stepUp(60, List.of("gold"), "acr", "lead", "auth_time", now))
        .contains(Kind.INSUFFICIENT_AUTHENTICATION);
  }
}
