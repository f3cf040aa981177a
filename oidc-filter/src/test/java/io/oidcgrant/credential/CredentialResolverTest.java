package io.oidcgrant.credential;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where credentials are found, in which order, and what is refused (RFC 6750 section 2). */
class CredentialResolverTest {
  private static final Set<String> EVERYWHERE = Set.of("header", "query", "body");
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String JSON = "application/json";
  private static final int LIMIT = 1000;

  private static final CredentialResolver ALL = new CredentialResolver(
      List.of(
          CredentialMethod.refreshToken(EVERYWHERE, "refresh_token"),
          CredentialMethod.password(EVERYWHERE),
          CredentialMethod.clientCredentials(EVERYWHERE)),
      LIMIT,
      any -> false);

  private static CredentialResolver refreshTokenIn(String... locations) {
    return new CredentialResolver(
        List.of(CredentialMethod.refreshToken(Set.of(locations), "refresh_token")),
        LIMIT,
        any -> false);
  }

  private static Credential token(String text) {
    return new Credential.RefreshToken(Secret.of(text));
  }

  private static Credential alice(String password) {
    return new Credential.Password("alice", Secret.of(password));
  }

  private static String basic(String text) {
    return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Credential found(Finding finding) {
    assertThat(finding).isInstanceOf(Finding.Found.class);
    return ((Finding.Found) finding).credential();
  }

  private static Hiding hiding(Finding finding) {
    return ((Finding.Found) finding).hiding();
  }

  private static Kind refusal(Finding finding) {
    assertThat(finding).isInstanceOf(Finding.Missing.class);
    return ((Finding.Missing) finding).failure().kind();
  }

  @ParameterizedTest
  @CsvSource({
    "refresh_token, rt1",
    "Refresh-Token, rt1",
    "REFRESH_TOKEN, Bearer rt1",
    "refresh-token, bearer   rt1",
    "refresh-token, ' rt1 '",
  })
  void refreshTokenHeader_isFoundUnderItsFoldedName(String name, String value) {
    Finding finding = ALL.resolve(TextRequest.get(null, name, value));

    assertThat(found(finding)).isEqualTo(token("rt1"));
    assertThat(hiding(finding)).isEqualTo(new Hiding(Set.of("refresh-token"), Set.of(), Set.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Refresh.Token", "X-Refresh-Token", "RefreshToken"})
  void headerOfAnotherName_isNotIt(String name) {
    assertThat(refusal(ALL.resolve(TextRequest.get(null, name, "rt1"))))
        .isEqualTo(Kind.NO_CREDENTIAL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "Bearer a b", "rté", "a\tb", "Bearer\ta", "Bearer ", "bearer"})
  void refreshTokenHeader_thatIsNoToken_isMalformed(String value) {
    assertThat(refusal(ALL.resolve(TextRequest.get(null, "Refresh-Token", value))))
        .isEqualTo(Kind.MALFORMED_REQUEST);
  }

  @Test
  void emptyValues_areAbsent() {
    assertThat(refusal(ALL.resolve(
            TextRequest.get("refresh_token=&username=&password=x", "Refresh-Token", " "))))
        .isEqualTo(Kind.NO_CREDENTIAL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"refresh_token=%20", "username=+&password=x", "client_id=c&client_secret=+"})
  void blankValues_areAbsent(String query) {
    assertThat(refusal(ALL.resolve(TextRequest.get(query)))).isEqualTo(Kind.NO_CREDENTIAL);
  }

  @Test
  void authorizationAsTheTokensHeader_needsTheScheme() {
    CredentialResolver resolver = new CredentialResolver(
        List.of(CredentialMethod.refreshToken(Set.of("header"), "authorization")),
        LIMIT,
        any -> false);

    assertThat(found(resolver.resolve(TextRequest.get(null, "Authorization", "Bearer rt1"))))
        .isEqualTo(token("rt1"));
    assertThat(refusal(resolver.resolve(TextRequest.get(null, "Authorization", basic("a:b")))))
        .isEqualTo(Kind.NO_CREDENTIAL);
  }

  @Test
  void basic_isPasswordFirst_thenClientCredentials() {
    TextRequest request = TextRequest.get(null, "Authorization", basic("alice:pw"));
    CredentialResolver clientsOnly = new CredentialResolver(
        List.of(CredentialMethod.clientCredentials(EVERYWHERE)), LIMIT, any -> false);

    assertThat(found(ALL.resolve(request))).isEqualTo(alice("pw"));
    assertThat(found(clientsOnly.resolve(request)))
        .isEqualTo(new Credential.ClientSecret("alice", Secret.of("pw")));
    assertThat(hiding(ALL.resolve(request)).headers()).containsExactly("authorization");
  }

  @Test
  void earlierMethod_winsAndTheOthersStayAsTheyAre() {
    Finding finding = ALL.resolve(
        TextRequest.get("refresh_token=rt1&username=u&password=p", "Authorization", basic("a:b")));

    assertThat(found(finding)).isEqualTo(token("rt1"));
    assertThat(hiding(finding)).isEqualTo(new Hiding(Set.of(), Set.of("refresh_token"), Set.of()));
  }

  @Test
  void incompleteMethod_isPassedOver() {
    assertThat(found(ALL.resolve(
            TextRequest.get("username=alice&client_id=c&client_secret=s&refresh_token="))))
        .isEqualTo(new Credential.ClientSecret("c", Secret.of("s")));
  }

  @Test
  void partsInDifferentLocations_areNoCredential() {
    TextRequest request = new TextRequest(
        "POST",
        List.of(),
        "username=alice",
        FORM,
        11,
        java.util.Optional.of("password=pw".getBytes(StandardCharsets.UTF_8)));

    assertThat(refusal(ALL.resolve(request))).isEqualTo(Kind.NO_CREDENTIAL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        FORM + " | x=1&username=alice&password=p%2Bw",
        JSON + " | {\"x\":1,\"username\":\"alice\",\"password\":\"p+w\"}",
      })
  void body_isSearched(String type, String body) {
    Finding finding = ALL.resolve(TextRequest.post(type, body));

    assertThat(found(finding)).isEqualTo(alice("p+w"));
    assertThat(hiding(finding))
        .isEqualTo(new Hiding(Set.of(), Set.of(), Set.of("username", "password")));
  }

  @Test
  void queryFind_saysSo() {
    assertThat(((Finding.Found) ALL.resolve(TextRequest.get("refresh_token=a"))).inQuery())
        .isTrue();
    assertThat(
            ((Finding.Found) ALL.resolve(TextRequest.get("x=1", "refresh-token", "a"))).inQuery())
        .isFalse();
  }

  @Test
  void queryNames_areLiteral() {
    assertThat(refusal(ALL.resolve(TextRequest.get("refresh-token=a&Refresh_token=b"))))
        .isEqualTo(Kind.NO_CREDENTIAL);
  }

  @Test
  void sameValueInTwoLocations_isOneCredential_hiddenInBoth() {
    Finding finding = ALL.resolve(TextRequest.get("refresh_token=rt1", "Refresh-Token", "rt1"));

    assertThat(found(finding)).isEqualTo(token("rt1"));
    assertThat(hiding(finding))
        .isEqualTo(new Hiding(Set.of("refresh-token"), Set.of("refresh_token"), Set.of()));
  }

  @Test
  void twoValues_areAmbiguous() {
    for (TextRequest request : List.of(
        TextRequest.get("refresh_token=a", "Refresh-Token", "b"),
        TextRequest.get("refresh_token=a&refresh_token=a"),
        TextRequest.get("refresh_token=a&refresh%5Ftoken=b"),
        TextRequest.get(null, "Refresh-Token", "a", "refresh-token", "a"),
        TextRequest.get(null, "Refresh-Token", "a", "refresh_token", "b"),
        TextRequest.get(null, "Authorization", basic("a:b"), "Authorization", basic("a:b")),
        TextRequest.get("username=alice&password=x", "Authorization", basic("alice:y")),
        TextRequest.get("username=alice&username=bob&password=x"),
        TextRequest.post(JSON, "{\"refresh_token\":\"a\",\"refresh_token\":\"b\"}"))) {
      assertThat(refusal(ALL.resolve(request)))
          .as(request.toString())
          .isEqualTo(Kind.AMBIGUOUS_CREDENTIAL);
    }
  }

  @Test
  void undecodableOrControlCharacters_areMalformed() {
    for (TextRequest request : List.of(
        TextRequest.get("refresh_token=%zz"),
        TextRequest.get("refresh_token=a%0d%0ab"),
        TextRequest.get("refresh_token=%00"),
        TextRequest.get("username=alice&password=%ff"),
        TextRequest.post(JSON, "{\"refresh_token\":{}}"),
        TextRequest.post(JSON, "{\"refresh_token\":1}"))) {
      assertThat(refusal(ALL.resolve(request)))
          .as(request.toString())
          .isEqualTo(Kind.MALFORMED_REQUEST);
    }
  }

  @Test
  void malformedBasic_isMalformed_unlessAnotherPlaceHasACredential() {
    assertThat(refusal(ALL.resolve(TextRequest.get(null, "Authorization", "Basic !"))))
        .isEqualTo(Kind.MALFORMED_CREDENTIAL);
    assertThat(found(ALL.resolve(TextRequest.get("refresh_token=a", "Authorization", "Basic !"))))
        .isEqualTo(token("a"));
  }

  @Test
  void bearer_isNobodysHere() {
    assertThat(refusal(ALL.resolve(TextRequest.get(null, "Authorization", "Bearer x"))))
        .isEqualTo(Kind.NO_CREDENTIAL);
  }

  @Test
  void location_thatIsNotEnabled_isNotLookedAt() {
    TextRequest query = TextRequest.get("refresh_token=a");
    TextRequest header = TextRequest.get(null, "Refresh-Token", "a");
    TextRequest body = TextRequest.post(FORM, "refresh_token=a");

    assertThat(refusal(refreshTokenIn("header", "body").resolve(query)))
        .isEqualTo(Kind.NO_CREDENTIAL);
    assertThat(refusal(refreshTokenIn("query", "body").resolve(header)))
        .isEqualTo(Kind.NO_CREDENTIAL);
    assertThat(refusal(refreshTokenIn("header", "query").resolve(body)))
        .isEqualTo(Kind.NO_CREDENTIAL);
  }

  @Test
  void unreadBody_isAskedFor_onlyWhereItMayMatter() {
    assertThat(ALL.resolve(TextRequest.unread(FORM, 10, null)))
        .isEqualTo(new Finding.NeedsBody(Set.of()));
    assertThat(ALL.resolve(TextRequest.unread(FORM, -1, null)))
        .isEqualTo(new Finding.NeedsBody(Set.of()));
    assertThat(ALL.resolve(TextRequest.unread(FORM, LIMIT, "refresh_token=a")))
        .isEqualTo(new Finding.NeedsBody(Set.of("refresh_token")));
    assertThat(found(ALL.resolve(TextRequest.unread(FORM, LIMIT + 1, "refresh_token=a"))))
        .isEqualTo(token("a"));
    assertThat(found(ALL.resolve(TextRequest.unread(FORM, -1, "refresh_token=a"))))
        .isEqualTo(token("a"));
    assertThat(refusal(ALL.resolve(TextRequest.unread("text/plain", 10, null))))
        .isEqualTo(Kind.NO_CREDENTIAL);
    assertThat(refusal(refreshTokenIn("header").resolve(TextRequest.unread(FORM, 10, null))))
        .isEqualTo(Kind.NO_CREDENTIAL);
  }

  @Test
  void bodyOverTheLimit_isTooLarge() {
    assertThat(ALL.resolve(TextRequest.unread(FORM, LIMIT, null)))
        .isInstanceOf(Finding.NeedsBody.class);
    assertThat(refusal(ALL.resolve(TextRequest.unread(FORM, LIMIT + 1, null))))
        .isEqualTo(Kind.BODY_TOO_LARGE);
  }

  @Test
  void ambiguity_isRefusedWithoutTheBody() {
    assertThat(
            refusal(ALL.resolve(TextRequest.unread(FORM, 10, "refresh_token=a&refresh_token=b"))))
        .isEqualTo(Kind.AMBIGUOUS_CREDENTIAL);
  }

  @Test
  void credential_printsNoSecret() {
    for (Credential credential : List.of(
        token("hidden"), alice("hidden"), new Credential.ClientSecret("c", Secret.of("hidden")))) {
      assertThat(credential.toString()).doesNotContain("hidden").doesNotContain("alice");
    }
  }
}
