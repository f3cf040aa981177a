package io.oidcgrant.propagate;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.propagate.HeaderRule.Part;
import io.oidcgrant.propagate.Propagation.Names;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PropagationTest {
  private static final Names NOBODY =
      new Names(Optional.empty(), Optional.empty(), Optional.empty());
  private static final Tokens ALL = Tokens.builder(Secret.of("at"))
      .refreshToken(Secret.of("rt"))
      .idToken(Secret.of("it"))
      .replayedHeaders(Map.of("x-session", "7"))
      .build();
  private static final Tokens ACCESS_ALONE = Tokens.builder(Secret.of("at")).build();

  private static Names names(String access, String refresh, String id) {
    return new Names(
        Optional.ofNullable(access), Optional.ofNullable(refresh), Optional.ofNullable(id));
  }

  private static List<String> downstream(Propagation propagation, Tokens tokens) {
    List<String> headers = new ArrayList<>();
    propagation.downstream(tokens, (name, value) -> headers.add(name + ": " + value));
    return headers;
  }

  @ParameterizedTest
  @CsvSource({
    "authorization:bearer, ACCESS_TOKEN, Authorization, Bearer at",
    "x_access_token, ACCESS_TOKEN, X-Access-Token, at",
    "x-refresh:bearer, REFRESH_TOKEN, X-Refresh, Bearer rt",
    "X-ID, ID_TOKEN, X-ID, it",
    "bearer, ID_TOKEN, Bearer, it",
  })
  void rule_isANameWithOrWithoutTheScheme(String configured, Part part, String name, String value) {
    HeaderRule rule = HeaderRule.parse(configured, part);

    assertThat(rule.name()).isEqualTo(name);
    assertThat(rule.value(ALL)).isEqualTo(value);
  }

  @Test
  void upstream_getsWhatTheTokensHave() {
    Propagation propagation =
        Propagation.of(names("authorization:bearer", "x_refresh", "x_id:bearer"), NOBODY);

    assertThat(propagation.upstream(ALL))
        .containsExactly("Authorization", "Bearer at", "X-Refresh", "rt", "X-Id", "Bearer it");
    assertThat(propagation.upstream(ACCESS_ALONE)).containsExactly("Authorization", "Bearer at");
    assertThat(downstream(propagation, ACCESS_ALONE)).isEmpty();
  }

  @Test
  void upstream_getsNothing_whereNothingIsNamed() {
    Propagation propagation = Propagation.of(NOBODY, NOBODY);

    assertThat(propagation.upstream(ALL)).isEmpty();
    assertThat(propagation.manages("Authorization")).isFalse();
  }

  @Test
  void caller_getsHisHeadersAndTheReplayedOnes() {
    Propagation propagation = Propagation.of(NOBODY, names("x_at", "x_rt:bearer", null));

    assertThat(downstream(propagation, ALL))
        .containsExactly("X-At: at", "X-Rt: Bearer rt", "x-session: 7");
    assertThat(downstream(propagation, ACCESS_ALONE)).containsExactly("X-At: at");
    assertThat(propagation.upstream(ALL)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "authorization, true",
    "AUTHORIZATION, true",
    "X-Refresh, true",
    "x_refresh, true",
    "X.REFRESH, true",
    "X-Refresh2, false",
    "X-At, false",
    "Cookie, false",
  })
  void managedName_isFolded_andManagedEvenWhereTheTokensLackIt(String name, boolean managed) {
    Propagation propagation =
        Propagation.of(names("authorization:bearer", "x_refresh", null), names("x_at", null, null));

    assertThat(propagation.manages(name)).isEqualTo(managed);
  }
}
