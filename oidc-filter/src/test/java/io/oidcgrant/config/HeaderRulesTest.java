package io.oidcgrant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.oidcgrant.protocol.TokenPart;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of headers, and what the fields about callers must be to each other. */
class HeaderRulesTest {
  private static final String GOOD = """
      issuer: https://idp.example
      client_id: kong
      client_secret: s3cr3t-of-kong
      """;

  private static List<String> problems(String more) {
    ConfigException refused = catchThrowableOfType(
        ConfigException.class, () -> OidcGrantFile.parse("k.yaml", GOOD + more));
    return refused == null
        ? List.of()
        : refused.problems().stream().map(ConfigProblem::toString).toList();
  }

  private static String lines(String text) {
    return text.replace("; ", "\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "upstream_id_token_header: a b | upstream_id_token_header: cannot be the name of a header",
        "upstream_id_token_header: 'a:b' | upstream_id_token_header: cannot be the name of a header",
        "upstream_id_token_header: ':bearer' | upstream_id_token_header: cannot be the name of a header",
        "upstream_id_token_header: Content_Length | upstream_id_token_header: is Content_Length, which the message sets itself",
        "upstream_id_token_header: 'host:bearer' | upstream_id_token_header: is host, which the message sets itself",
        "upstream_id_token_header: transfer.encoding | upstream_id_token_header: is transfer.encoding, which the message sets itself",
        "upstream_id_token_header: x_consumer_id | upstream_id_token_header: is x_consumer_id, which tells who the consumer is",
        "downstream_id_token_header: X-Anonymous-Consumer | downstream_id_token_header: is X-Anonymous-Consumer, which tells who the consumer is",
        "upstream_id_token_header: Authorization | upstream_id_token_header: is Authorization, which holds something else already",
        "upstream_id_token_header: x_a; upstream_user_info_header: X.A | upstream_user_info_header: is X.A, which holds something else already",
        "upstream_id_token_header: x_a; upstream_headers: [{header: x-a, path: [b]}] | upstream_headers: is x-a, which holds something else already",
        "upstream_headers: [{header: a, path: [b]}]; upstream_headers_names: [A]; upstream_headers_claims: [c] | upstream_headers_names: is A, which holds something else already",
        "upstream_headers: [{header: '', path: [b]}] | upstream_headers: cannot be the name of a header",
        "upstream_headers: [{header: 'a:bearer', path: [b]}] | upstream_headers: cannot be the name of a header",
        "upstream_headers: [{header: a}] | upstream_headers[0].path: is missing: the path to a claim",
        "upstream_headers: [{path: [a]}] | upstream_headers[0].header: is missing: the name of a header",
        "upstream_headers: [{header: a, path: []}] | upstream_headers[0].path: is missing: the path to a claim",
        "upstream_headers: [{header: a, path: [b], pth: [c]}] | upstream_headers[0].pth: unknown field; did you mean path?",
        "upstream_headers: [a] | upstream_headers[0]: is a text, must be a mapping",
        "downstream_headers: [{header: connection, path: [b]}] | downstream_headers: is connection, which the message sets itself",
        "upstream_headers_names: [a, b]; upstream_headers_claims: [c] | upstream_headers_claims: has 1 items beside 2 of upstream_headers_names; each name needs its value",
        "upstream_headers_names: ['']; upstream_headers_claims: [c] | upstream_headers_names: cannot be the name of a header",
        "downstream_headers_names: [a, A]; downstream_headers_claims: [c, d] | downstream_headers_names: holds A twice, which is not implemented in this release",
        "token_headers_replay: [content-length] | token_headers_replay: holds content-length, which the message sets itself",
        "token_headers_prefix: 'a b' | token_headers_prefix: cannot begin the name of a header",
        "acr_values: ['a\"b'] | acr_values: must be visible characters without quotes",
        "acr_values: ['a b'] | acr_values: must be visible characters without quotes",
        "acr_values: [''] | acr_values: must be visible characters without quotes",
        "max_age: -1 | max_age: must be a number from 0 to",
        "consumer_by: [] | consumer_by: is empty: list username, custom_id or id",
        "consumer_by: [name] | consumer_by[0]: must be one of custom_id, id, username",
        "protected_resource: api | protected_resource: must be an https URL with a host",
        "protected_resource: 'https://a_b/' | protected_resource: must be an https URL with a host",
        "protected_resource: 'https://u@api.example/' | protected_resource: must not have a user or a fragment in it",
        "protected_resource: 'https://api.example/#a' | protected_resource: must not have a user or a fragment in it",
        "bearer_token_param_type: [cookie] | bearer_token_cookie_name: is missing: bearer_token_param_type lists cookie",
      })
  void problem_isTold(String fields, String problem) {
    assertThat(problems(lines(fields)))
        .as(fields)
        .anyMatch(text -> text.replaceFirst("^k.yaml:\\d+: ", "").startsWith(problem));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "upstream_access_token_header: null; upstream_id_token_header: authorization:bearer",
        "upstream_access_token_header: ''",
        "upstream_id_token_header: x_a; downstream_id_token_header: x_a",
        "upstream_headers: [{header: x_a, path: [a, '1', b]}, {header: x_b, path: [a]}]",
        "consumer_claims: [sub, [a, b]]",
        "acr_values: [gold, 'urn:x:silver']; max_age: 0",
        "anonymous: guest",
        "anonymous: ''",
        "protected_resource: 'https://[::1]:8443/api?x=1'",
      })
  void goodFields_areTaken(String fields) {
    assertThat(problems(lines(fields))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"alice, true", "'1', true", "custom, false", "ALICE, false", "guest, false"})
  void anonymous_isOneOfTheConsumers_whereThereAreAny(String anonymous, boolean good) {
    String text = """
        _format_version: "3.0"
        consumers: [{id: '1', username: alice, custom_id: custom}]
        plugins:
        - name: openid-connect
          config: {issuer: "https://idp.example", client_id: a, client_secret: b, anonymous: "NAME"}
        """.replace("NAME", anonymous);
    ConfigException refused =
        catchThrowableOfType(ConfigException.class, () -> OidcGrantFile.parse("k.yaml", text));

    if (good) {
      assertThat(refused).isNull();
    } else {
      assertThat(refused)
          .hasMessageContaining("anonymous: is neither the id nor the username of a consumer");
    }
  }

  @Test
  void olderForms_meanTheSame() {
    OidcGrantConfig older = OidcGrantFile.parse("k.yaml", GOOD + """
        upstream_headers_names: [x_a, x_b]
        upstream_headers_claims: [a, b.c]
        consumer_claim: [x, y]
        """);

    assertThat(older.upstreamHeaders())
        .contains(
            new HeaderSetting("x_a", TokenPart.CLAIM, List.of("a")),
            new HeaderSetting("x_b", TokenPart.CLAIM, List.of("b.c")));
    assertThat(older.identity().consumerClaims()).containsExactly(List.of("x", "y"));
  }
}
