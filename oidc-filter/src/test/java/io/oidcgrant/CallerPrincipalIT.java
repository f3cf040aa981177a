package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import com.nimbusds.oauth2.sdk.id.JWTID;
import com.nimbusds.oauth2.sdk.token.DPoPAccessToken;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.security.Principal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the application is told of the caller by the servlet API. */
class CallerPrincipalIT {
  private static final List<String> ASKED_ROLES =
      List.of("admin", "b c", "b", "5", "null", "", "x");

  /** What the application saw. */
  private record Seen(
      Principal principal, Object attribute, String user, String type, Set<String> roles) {
    CallerPrincipal caller() {
      assertThat(principal).isInstanceOf(CallerPrincipal.class).isSameAs(attribute);
      return (CallerPrincipal) principal;
    }
  }

  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private FilterBench bench;

  private final class Application extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) {
      Set<String> roles = new HashSet<>(ASKED_ROLES);
      roles.removeIf(role -> !request.isUserInRole(role));
      seen.add(new Seen(
          request.getUserPrincipal(),
          request.getAttribute(CallerPrincipal.ATTRIBUTE),
          request.getRemoteUser(),
          request.getAuthType(),
          roles));
    }
  }

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(new Application(), changes);
  }

  private void startBearer(UnaryOperator<OidcGrantConfigBuilder> changes) {
    start(config -> changes.apply(config.authMethods("bearer").audienceRequired("api")));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private String token(Map<String, ?> changes) {
    Map<String, Object> claims = new HashMap<>(Map.of("aud", "api"));
    claims.putAll(changes);
    return bench.issuer().accessToken(claims);
  }

  private Seen passes(String... headers) {
    Answer answer = bench.http().get("/a", headers);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return seen.get(seen.size() - 1);
  }

  private Seen passes(Map<String, ?> claims) {
    return passes("Authorization: Bearer " + token(claims));
  }

  @Test
  void caller_isKnownWithHisClaims_fetchedAndRemembered() {
    startBearer(config -> config
        .rolesClaim("realm", "roles")
        .consumerClaims(List.of(List.of("sub")))
        .consumers(List.of(new Consumer("c-1", Optional.of("alice"), Optional.empty()))));
    String token = token(Map.of(
        "realm", Map.of("roles", Arrays.asList("admin", "b c", 5, null, "")),
        "list", List.of(Map.of("a", "first"), "second")));
    for (int i = 0; i < 2; i++) {
      Seen request = passes("Authorization: Bearer " + token);

      assertThat(request.roles()).containsExactlyInAnyOrder("admin", "b c", "5");
      assertThat(request.user()).isEqualTo("alice");
      assertThat(request.type()).isEqualTo("Bearer");
      CallerPrincipal caller = request.caller();
      assertThat(caller.getName()).isEqualTo("alice");
      assertThat(caller.roles()).containsExactlyInAnyOrder("admin", "b c", "5");
      assertThat(caller.claims()).containsEntry("iss", bench.issuer().url());
      assertThat(caller.claim("list", "1", "a")).contains("first");
      assertThat(caller.claim("list", "2")).contains("second");
      assertThat(caller.claim("list", "3")).isEmpty();
      assertThat(caller.claim("none")).isEmpty();
      assertThat(caller.accessToken()).isEqualTo(token);
      assertThat(caller.refreshToken()).isEmpty();
      assertThat(caller.idToken()).isEmpty();
      assertThat(caller.idTokenClaims()).isEmpty();
      assertThat(caller.expiresAt()).isEqualTo(bench.clock().instant().plusSeconds(300));
      assertThat(caller.consumer().map(Consumer::id)).contains("c-1");
    }
    assertThat(seen.get(0).caller())
        .isEqualTo(seen.get(1).caller())
        .hasSameHashCodeAs(seen.get(1).caller())
        .isNotEqualTo(passes(Map.of()).caller())
        .hasToString("CallerPrincipal[alice]");
  }

  @Test
  void roles_mayBeWordsOfAText_andNeverWhatIsNotThere() {
    startBearer(config -> config);

    assertThat(passes(Map.of("roles", " admin  b ")).roles())
        .containsExactlyInAnyOrder("admin", "b");
    assertThat(passes(Map.of("roles", 5)).roles()).containsExactly("5");
    assertThat(passes(Map.of("roles", "")).roles()).isEmpty();
    assertThat(passes(Map.of("roles", Map.of("admin", true))).roles()).isEmpty();
    assertThat(passes(Map.of("realm", Map.of("roles", "admin"))).roles()).isEmpty();
  }

  @Test
  void tokensOfAGrant_andTheIdTokensClaims_areTold() {
    start(config -> config.credentialClaim(List.of("mail")));
    bench
        .issuer()
        .answer(asked -> Reply.json(
            200,
            bench
                .issuer()
                .tokens(Map.of(
                    "refresh_token",
                    "rt-1",
                    "id_token",
                    bench.issuer().idToken("gateway", Map.of("mail", "a@b"))))));
    CallerPrincipal caller = passes(FilterBench.basic("u", "p")).caller();

    assertThat(caller.getName()).isEqualTo("a@b");
    assertThat(caller.refreshToken()).contains("rt-1");
    assertThat(caller.idToken().orElseThrow()).startsWith("eyJ");
    assertThat(caller.idTokenClaims()).containsEntry("mail", "a@b");
    assertThat(caller.claims()).doesNotContainKey("mail");
    assertThat(caller.claim("mail")).contains("a@b");
  }

  @Test
  void callerWithoutAName_isNoRemoteUser() {
    startBearer(config -> config);
    Map<String, Object> nameless = new HashMap<>();
    nameless.put("sub", null);
    Seen request = passes(nameless);

    assertThat(request.user()).isNull();
    assertThat(request.caller().getName()).isEmpty();
    assertThat(request.type()).isEqualTo("Bearer");
  }

  @Test
  void authType_isTheSchemeOfTheCredential() throws Exception {
    start(config -> config
        .authMethods("bearer", "password", "client_credentials", "refresh_token")
        .audienceRequired("api")
        .proofOfPossessionDpop("optional")
        .proofOfPossessionAuthMethodsValidation(false));
    bench
        .issuer()
        .answer(asked ->
            Reply.json(200, bench.issuer().tokens(Map.of("access_token", token(Map.of())))));
    assertThat(passes(FilterBench.basic("u", "p")).type()).isEqualTo("BASIC");
    assertThat(passes("Refresh-Token: rt").type()).isEqualTo("Bearer");
    assertThat(passes("Access-Token: " + token(Map.of())).type()).isEqualTo("Bearer");

    ECKey key = new ECKeyGenerator(Curve.P_256).generate();
    String token = token(Map.of("cnf", Map.of("jkt", key.computeThumbprint().toString())));
    String proof = new DefaultDPoPProofFactory(key, JWSAlgorithm.ES256)
        .createDPoPJWT(
            new JWTID(16),
            "GET",
            URI.create("http://localhost/a"),
            Date.from(bench.clock().instant()),
            new DPoPAccessToken(token),
            null)
        .serialize();
    Seen proven = passes("Authorization: DPoP " + token, "DPoP: " + proof);
    assertThat(proven.type()).isEqualTo("DPoP");
    assertThat(proven.user()).isEqualTo("alice");
  }

  @Test
  void anonymousAndPreflightRequests_haveNoPrincipal() {
    startBearer(config -> config.anonymous("guest").runOnPreflight(false));
    assertThat(bench.http().send("OPTIONS", "/a", null).status()).isEqualTo(200);
    assertThat(bench
            .http()
            .send("OPTIONS", "/a", null, "Authorization: Bearer " + token(Map.of("roles", "admin")))
            .status())
        .isEqualTo(200);
    passes();

    assertThat(seen).hasSize(3).containsOnly(new Seen(null, null, null, null, Set.of()));
  }

  @Test
  void whatIsPrinted_isOneLine_withoutTokensAndClaims() {
    startBearer(config -> config);
    String token = token(Map.of("sub", "a\r\nWARN forged", "mail", "a@canary"));
    CallerPrincipal caller = passes("Authorization: Bearer " + token).caller();

    assertThat(caller.getName()).isEqualTo("a\r\nWARN forged");
    assertThat(caller.toString()).isEqualTo("CallerPrincipal[a\\u000d\\u000aWARN forged]");
  }

  /** His tokens serve his next requests, too. */
  @Test
  void application_cannotChangeWhatIsRemembered() {
    startBearer(config -> config);
    String token = "Authorization: Bearer " + token(Map.of("o", Map.of("l", List.of("x"))));
    CallerPrincipal caller = passes(token).caller();

    for (Map<String, Object> claims : List.of(caller.claims(), caller.idTokenClaims())) {
      assertThatThrownBy(() -> claims.put("roles", "admin"))
          .isInstanceOf(UnsupportedOperationException.class);
    }
    assertThatThrownBy(() -> ((Map<?, ?>) caller.claims().get("o")).clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> ((List<?>) caller.claim("o", "l").orElseThrow()).clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> caller.roles().add("admin"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(caller.claim("o")).contains(Map.of("l", List.of("x")));
    assertThat(passes(token).roles()).isEmpty();
  }

  @Test
  void callerIsForgotten_whenHisTokenEnds() {
    startBearer(config -> config);
    String token = "Authorization: Bearer " + token(Map.of());
    passes(token);
    bench.clock().advance(Duration.ofMinutes(5));

    assertThat(bench.http().get("/a", token).status()).isEqualTo(401);
    assertThat(seen).hasSize(1);
  }
}
