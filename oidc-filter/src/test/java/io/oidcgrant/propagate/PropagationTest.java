package io.oidcgrant.propagate;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.TokenPart;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.protocol.Told;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  private static final String JWT = "eyJh.eyJz.c2ln";
  private static final Tokens RICH = Tokens.builder(Secret.of("at"))
      .refreshToken(Secret.of("rt"))
      .idToken(Secret.of("it"))
      .claims(Map.of("sub", "alice", "n", 7))
      .idTokenClaims(Map.of("sub", "other", "mail", "a@b"))
      .accessTokenKey("{\"kty\":\"RSA\"}")
      .idTokenKey("{}")
      .introspection(Told.of(Map.of("active", true), Optional.of(JWT)))
      .userInfo(Told.of(Map.of("city", "Köln"), Optional.of(JWT)))
      .build();

  @ParameterizedTest
  @CsvSource({
    "ACCESS_TOKEN, '', at",
    "ACCESS_TOKEN_JWK, '', eyJrdHkiOiJSU0EifQ==",
    "REFRESH_TOKEN, '', rt",
    "ID_TOKEN, '', it",
    "ID_TOKEN_JWK, '', e30=",
    "USER_INFO, '', eyJjaXR5IjoiS8O2bG4ifQ==",
    "USER_INFO_JWT, '', eyJh.eyJz.c2ln",
    "INTROSPECTION, '', eyJhY3RpdmUiOnRydWV9",
    "INTROSPECTION_JWT, '', eyJh.eyJz.c2ln",
    "CLAIM, sub, alice",
    "CLAIM, n, 7",
    "CLAIM, active, true",
    "CLAIM, mail, a@b",
    "CLAIM, city, UTF-8''K%C3%B6ln",
    "CLAIM, none,",
    "CLAIM, sub.x,",
  })
  void everyPart_isTold_whereItIsKnown(TokenPart part, String path, String value) {
    List<String> steps = path.isEmpty() ? List.of() : List.of(path.split("\\."));
    Propagation propagation = new Propagation.Builder()
        .upstream("x_part", part, steps)
        .downstream("X-Part:bearer", part, steps)
        .build();

    assertThat(propagation.upstream(RICH))
        .isEqualTo(value == null ? List.of() : List.of("X-Part", value));
    assertThat(propagation.downstream(RICH))
        .isEqualTo(value == null ? List.of() : List.of("X-Part", "Bearer " + value));
    assertThat(propagation.upstream(ACCESS_ALONE))
        .isEqualTo(part == TokenPart.ACCESS_TOKEN ? List.of("X-Part", "at") : List.of());
    assertThat(propagation.manages("x.PART")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nX-Evil: 1", "a b", "", "\u00e9", "a\u007f", "a\tb"})
  void whatIsNoJwt_isNotTold(String jwt) {
    Told told = Told.of(Map.of("a", "b"), Optional.of(jwt));
    Tokens tokens =
        Tokens.builder(Secret.of("at")).userInfo(told).introspection(told).build();
    Propagation propagation = new Propagation.Builder()
        .upstream("a", TokenPart.USER_INFO_JWT, List.of())
        .upstream("b", TokenPart.INTROSPECTION_JWT, List.of())
        .build();

    assertThat(propagation.upstream(tokens)).isEmpty();
  }

  @Test
  void boundToken_goesUnderItsScheme_andTheRestAsItIs() {
    Propagation propagation = new Propagation.Builder()
        .upstream("authorization:bearer", TokenPart.ACCESS_TOKEN, List.of())
        .upstream("x_id:bearer", TokenPart.ID_TOKEN, List.of())
        .withProofs()
        .build();
    Tokens bound = RICH.toBuilder().boundToOurKey(true).build();

    assertThat(propagation.upstream(bound))
        .containsExactly("Authorization", "DPoP at", "X-Id", "Bearer it");
    assertThat(propagation.upstream(RICH))
        .containsExactly("Authorization", "Bearer at", "X-Id", "Bearer it");
    assertThat(propagation.manages("dpop")).isTrue();
    assertThat(upstream("authorization:bearer").manages("dpop")).isFalse();
  }

  @Test
  void identity_isTold_asFarAsItIsKnown() {
    Consumer whole = new Consumer("id-1", Optional.of("Jörg"), Optional.of("c\r\n1"));

    assertThat(Propagation.identity(whole, "alice", List.of("a", "b,c")))
        .containsExactly(
            "X-Consumer-ID", "id-1",
            "X-Consumer-Username", "UTF-8''J%C3%B6rg",
            "X-Consumer-Custom-ID", "UTF-8''c%0D%0A1",
            "X-Credential-Identifier", "alice",
            "X-Authenticated-Groups", "a, UTF-8''b%2Cc");
    assertThat(Propagation.identity(null, null, List.of())).isEmpty();
    assertThat(Propagation.anonymous(Consumer.named("guest")))
        .containsExactly("X-Consumer-Username", "guest", "X-Anonymous-Consumer", "true");
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
