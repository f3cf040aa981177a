package io.oidcgrant.examples.identity;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import java.util.Map;

/** An error answer of an authorization server (RFC 6749 section 5.2, RFC 6750 section 3.1). */
final class Refusal extends Declined {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final String scheme;

  private Refusal(int status, String code, String scheme, String reason) {
    super(reason);
    this.status = status;
    this.code = code;
    this.scheme = scheme;
  }

  static Refusal of(String code, String reason) {
    return new Refusal(400, code, "", reason);
  }

  static Refusal invalidClient(String reason) {
    return new Refusal(401, "invalid_client", "Basic", reason);
  }

  static Refusal invalidRequest(String reason) {
    return of("invalid_request", reason);
  }

  static Refusal invalidGrant(String reason) {
    return of("invalid_grant", reason);
  }

  /** About the access token of a request to {@code /userinfo}. */
  static Refusal invalidToken(String scheme, String code, String reason) {
    return new Refusal(401, code, scheme, reason);
  }

  /** One of Nimbus' parsers of requests. */
  interface Parser<T> {
    T parse(HTTPRequest request) throws ParseException;
  }

  /** What the parser reads; else what it says, as a refusal. */
  static <T> T parsed(HTTPRequest request, Parser<T> parser) {
    try {
      return parser.parse(request);
    } catch (ParseException e) {
      throw of(e);
    } catch (IllegalArgumentException e) {
      // Nimbus on what may not stand in its own error_description.
      throw invalidRequest("a parameter cannot be read");
    }
  }

  private static Refusal of(ParseException e) {
    String code = e.getErrorObject() == null ? null : e.getErrorObject().getCode();
    return of(code == null ? "invalid_request" : code, String.valueOf(e.getMessage()));
  }

  String code() {
    return code;
  }

  @Override
  Answer answer() {
    // The characters of RFC 6749 section 5.2.
    String description = reason().replaceAll("[^\\x20-\\x21\\x23-\\x5b\\x5d-\\x7e]", "'");
    Answer answer = Answer.json(status, Map.of("error", code, "error_description", description))
        .with("Cache-Control", "no-store");
    if (scheme.isEmpty()) {
      return answer;
    }
    String error = scheme.equals("Basic") ? "" : ", error=\"" + code + "\"";
    return answer.with("WWW-Authenticate", scheme + " realm=\"identity\"" + error);
  }
}
