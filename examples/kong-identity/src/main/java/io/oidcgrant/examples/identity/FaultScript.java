package io.oidcgrant.examples.identity;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;

/**
 * How a fault is played.
 *
 * @param instead the answer where the endpoint is not asked
 * @param member what to replace in the endpoint's answer; empty for nothing
 * @param value its value; empty to leave it out
 * @param time seconds before the connection ends, or milliseconds between bytes
 */
record FaultScript(Answer instead, String member, Optional<Object> value, int time) {
  private static final Answer NONE = Answer.empty(200);

  /** Throws {@link Problem} for details that the kind has not, or bad ones. */
  static FaultScript of(Fault.Kind kind, Fields fields) {
    FaultScript script = switch (kind) {
      case STATUS -> instead(status(fields));
      case RETRY_AFTER ->
        instead(Answer.json(429, Map.of("error", "temporarily_unavailable"))
            .with("Retry-After", String.valueOf(fields.number("seconds", 0, 86_400, 1))));
      case HTML ->
        instead(Answer.of(
            200, "text/html", "<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>"));
      case USE_DPOP_NONCE ->
        instead(Refusal.of("use_dpop_nonce", "a nonce is needed")
            .answer()
            .with("DPoP-Nonce", header(fields.text("nonce", 128, Randomness.secret()))));
      case HANG -> waiting(fields.number("seconds", 0, 600, 60));
      case DRIP -> waiting(fields.number("millis", 0, 10_000, 100));
      case CLOSE, LOST_ANSWER, TRUNCATE -> waiting(0);
      case NO_EXPIRES_IN -> member("expires_in", Optional.empty());
      case EXPIRES_IN -> member("expires_in", value(fields, 0));
      case TOKEN_TYPE -> member("token_type", value(fields, "mac"));
      case ISSUED_TOKEN_TYPE ->
        member("issued_token_type", value(fields, "urn:ietf:params:oauth:token-type:saml2"));
      case MEMBER -> member(fields.text("name", 128), Optional.ofNullable(fields.any("value")));
    };
    fields.end();
    return script;
  }

  private static Answer status(Fields fields) {
    Answer answer = Answer.of(
        fields.number("status", 200, 599, 500),
        header(fields.text("content_type", 256, "application/json")),
        fields.text("body", Identity.BODY_LIMIT, "{}"));
    for (Map.Entry<String, String> header : fields.pairs("headers").entrySet()) {
      answer = answer.with(header.getKey(), header(header.getValue()));
    }
    return answer;
  }

  private static String header(String value) {
    return value.replaceAll("[^\\x20-\\x7e]", " ");
  }

  private static Optional<Object> value(Fields fields, Object otherwise) {
    Object value = fields.any("value");
    return Optional.of(value == null ? otherwise : value);
  }

  private static FaultScript instead(Answer answer) {
    return new FaultScript(answer, "", Optional.empty(), 0);
  }

  private static FaultScript waiting(int time) {
    return new FaultScript(NONE, "", Optional.empty(), time);
  }

  private static FaultScript member(String name, Optional<Object> value) {
    return new FaultScript(NONE, name, value, 0);
  }

  /** The endpoint's answer as it goes out; errors stay as they are. */
  Answer changed(Answer answer) {
    if (member.isEmpty() || answer.status() != 200) {
      return answer;
    }
    try {
      Map<String, Object> members = JSONObjectUtils.parse(answer.body());
      members.remove(member);
      value.ifPresent(one -> members.put(member, one));
      return new Answer(answer.status(), answer.headers(), JSONObjectUtils.toJSONString(members));
    } catch (ParseException e) {
      return answer;
    }
  }
}
