package io.oidcgrant.testing;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.util.Map;

/** An error answer of a {@link VerifyingIssuer} (RFC 6749 section 5.2), with its reason. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  Refusal(int status, String code, String reason) {
    super(reason);
    this.status = status;
    this.code = code;
  }

  static Refusal invalidClient(String reason) {
    return new Refusal(401, "invalid_client", reason);
  }

  static Refusal invalidRequest(String reason) {
    return new Refusal(400, "invalid_request", reason);
  }

  String code() {
    return code;
  }

  Reply reply() {
    Reply reply = Reply.json(
        status,
        JSONObjectUtils.toJSONString(
            Map.of("error", code, "error_description", String.valueOf(getMessage()))));
    return status == 401 ? reply.with("WWW-Authenticate", "Basic realm=\"issuer\"") : reply;
  }
}
