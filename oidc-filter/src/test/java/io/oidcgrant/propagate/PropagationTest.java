package io.oidcgrant.propagate;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.TokenPart;
import io.oidcgrant.protocol.Tokens;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PropagationTest {
  private static final Tokens ALL = Tokens.builder(Secret.of("at"))
      .refreshToken(Secret.of("rt"))
      .idToken(Secret.of("it"))
      .build();
  private static final Tokens ACCESS_ALONE = Tokens.builder(Secret.of("at")).build();

  private static final TokenPart[] PARTS = {
    TokenPart.ACCESS_TOKEN, TokenPart.REFRESH_TOKEN, TokenPart.ID_TOKEN
  };

  private static Propagation upstream(String... names) {
    Propagation.Builder builder = new Propagation.Builder().identifying();
    for (int i = 0; i < names.length; i++) {
      builder.upstream(names[i], PARTS[i], List.of());
    }
    return builder.build();
  }

  private static Propagation downstream(String... names) {
    Propagation.Builder builder = new Propagation.Builder();
    for (int i = 0; i < names.length; i++) {
      builder.downstream(names[i], PARTS[i], List.of());
    }
    return builder.build();
  }

  @ParameterizedTest
  @CsvSource({
    "authorization:bearer, ACCESS_TOKEN, Authorization, Bearer at",
    "x_access_token, ACCESS_TOKEN, X-Access-Token, at",
    "x-refresh:bearer, REFRESH_TOKEN, X-Refresh, Bearer rt",
    "X-ID, ID_TOKEN, X-ID, it",
    "bearer, ID_TOKEN, Bearer, it",
  })
  void rule_isANameWithOrWithoutTheScheme(
      String configured, TokenPart part, String name, String value) {
    HeaderRule rule = HeaderRule.parse(configured, part, List.of());

    assertThat(rule.name()).isEqualTo(name);
    assertThat(rule.value(ALL)).isEqualTo(value);
  }

  @Test
  void upstream_getsWhatTheTokensHave() {
    Propagation propagation = upstream("authorization:bearer", "x_refresh", "x_id:bearer");

    assertThat(propagation.upstream(ALL))
        .containsExactly("Authorization", "Bearer at", "X-Refresh", "rt", "X-Id", "Bearer it");
    assertThat(propagation.upstream(ACCESS_ALONE)).containsExactly("Authorization", "Bearer at");
    assertThat(propagation.downstream(ACCESS_ALONE)).isEmpty();
  }

  @Test
  void upstream_getsNothing_whereNothingIsNamed() {
    Propagation propagation = upstream();

    assertThat(propagation.upstream(ALL)).isEmpty();
    assertThat(propagation.manages("Authorization")).isFalse();
  }

  @Test
  void caller_getsHisHeaders() {
    Propagation propagation = downstream("x_at", "x_rt:bearer");

    assertThat(propagation.downstream(ALL)).containsExactly("X-At", "at", "X-Rt", "Bearer rt");
    assertThat(propagation.downstream(ACCESS_ALONE)).containsExactly("X-At", "at");
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
    "x_consumer.id, true",
    "X-Consumer-Username, true",
    "X-Authenticated_Groups, true",
    "x-credential-identifier, true",
    "X-ANONYMOUS-CONSUMER, true",
    "Cookie, false",
  })
  void managedName_isFolded_andManagedEvenWhereTheTokensLackIt(String name, boolean managed) {
    Propagation propagation = upstream("authorization:bearer", "x_refresh");

    assertThat(propagation.manages(name)).isEqualTo(managed);
  }
}
