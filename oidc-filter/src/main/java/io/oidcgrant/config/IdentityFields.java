package io.oidcgrant.config;

import static io.oidcgrant.config.FieldType.BOOLEAN;
import static io.oidcgrant.config.FieldType.TEXT;
import static io.oidcgrant.config.FieldType.listOf;
import static io.oidcgrant.config.FieldType.oneOf;

import io.oidcgrant.protocol.TokenPart;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Rows of the field table: who the caller is, and which headers say so. */
final class IdentityFields {
  private static final FieldRows ROWS = new FieldRows();

  static final Field<List<String>> AUTHENTICATED_GROUPS_CLAIM = ROWS.row(
      "authenticated_groups_claim",
      listOf(TEXT),
      "Path to the claim that holds groups for the header X-Authenticated-Groups.");
  static final Field<List<List<String>>> CONSUMER_CLAIMS = ROWS.row(
      "consumer_claims",
      listOf(listOf(TEXT)),
      "Paths to claims that name a consumer; the first that is there and names one counts.");
  static final Field<List<String>> CONSUMER_CLAIM =
      ROWS.row("consumer_claim", listOf(TEXT), "One path: older form of `consumer_claims`.");
  static final Field<List<String>> CONSUMER_BY = ROWS.row(
      "consumer_by",
      listOf(oneOf("custom_id", "id", "username")),
      List.of("username", "custom_id"),
      "By which of its properties a consumer is looked for, in this order.");
  static final Field<Boolean> BY_USERNAME_IGNORE_CASE = ROWS.row(
      "by_username_ignore_case",
      BOOLEAN,
      false,
      "Consumers' user names are compared without case.");
  static final Field<Boolean> CONSUMER_OPTIONAL = ROWS.row(
      "consumer_optional", BOOLEAN, false, "Callers that are no consumer pass all the same.");
  static final Field<List<String>> CREDENTIAL_CLAIM = ROWS.row(
      "credential_claim",
      listOf(TEXT),
      List.of("sub"),
      "Path to the claim that names the caller: the principal's name and the header X-Credential-Identifier.");
  static final Field<String> ANONYMOUS = ROWS.row(
      "anonymous",
      TEXT,
      "Id or user name of the consumer that callers without a credential are; they pass.");
  static final Field<Boolean> RUN_ON_PREFLIGHT = ROWS.row(
      "run_on_preflight",
      BOOLEAN,
      true,
      "false: OPTIONS requests pass without a credential, and without anything of ours.");
  static final Field<String> PROTECTED_RESOURCE = ROWS.row(
      "protected_resource",
      TEXT,
      "The resource's identifier, a URL: its metadata (RFC 9728) is served at `/.well-known/oauth-protected-resource` before its path, and challenges name it.");

  private static final Map<TokenPart, Field<String>> UPSTREAM = parts("upstream", "upstream");
  static final Field<List<HeaderSetting>> UPSTREAM_HEADERS = claims("upstream", "upstream");
  static final Field<List<String>> UPSTREAM_HEADERS_CLAIMS = names("upstream", "claims");
  static final Field<List<String>> UPSTREAM_HEADERS_NAMES = names("upstream", "names");
  private static final Map<TokenPart, Field<String>> DOWNSTREAM = parts("downstream", "caller");
  static final Field<List<HeaderSetting>> DOWNSTREAM_HEADERS = claims("downstream", "caller");
  static final Field<List<String>> DOWNSTREAM_HEADERS_CLAIMS = names("downstream", "claims");
  static final Field<List<String>> DOWNSTREAM_HEADERS_NAMES = names("downstream", "names");

  private IdentityFields() {}

  /** The field that names the upstream's header for a part; not of claims. */
  static Field<String> upstream(TokenPart part) {
    return Objects.requireNonNull(UPSTREAM.get(part));
  }

  /** The same for the caller's header. */
  static Field<String> downstream(TokenPart part) {
    return Objects.requireNonNull(DOWNSTREAM.get(part));
  }

  private static Map<TokenPart, Field<String>> parts(String side, String reader) {
    Map<TokenPart, Field<String>> fields = new EnumMap<>(TokenPart.class);
    for (TokenPart part : TokenPart.values()) {
      if (part == TokenPart.CLAIM) {
        continue;
      }
      String name = side + "_" + part.fieldName() + "_header";
      String what = "Header with " + part.words() + " for the " + reader;
      fields.put(
          part,
          name.equals("upstream_access_token_header")
              ? ROWS.row(
                  name,
                  TEXT,
                  "authorization:bearer",
                  what + "; `NAME:bearer` puts `Bearer` before it; null sends none.")
              : ROWS.row(name, TEXT, what + "."));
    }
    return fields;
  }

  private static Field<List<HeaderSetting>> claims(String side, String reader) {
    return ROWS.row(
        side + "_headers",
        listOf(new HeaderClaimType()),
        "Headers with claims for the " + reader
            + ": `header`, `path`. Lists and objects are base64 of their JSON.");
  }

  private static Field<List<String>> names(String side, String what) {
    return ROWS.row(
        side + "_headers_" + what,
        listOf(TEXT),
        what.equals("claims")
            ? "Older form of `" + side + "_headers`: claims at the top level,"
            : "and the headers that hold them, in the same order.");
  }

  static List<Field<?>> rows() {
    return ROWS.all();
  }
}
