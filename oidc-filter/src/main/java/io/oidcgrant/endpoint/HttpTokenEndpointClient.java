package io.oidcgrant.endpoint;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.TokenErrorResponse;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import io.oidcgrant.endpoint.TokenEndpointClient.Answer;
import io.oidcgrant.http.IdpClient;
import io.oidcgrant.observe.IssuerCall;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import java.math.BigDecimal;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import net.minidev.json.JSONObject;
import org.jspecify.annotations.Nullable;

/**
 * Over HTTP, tolerant of what servers answer beside RFC 6749 section 5 as long as its meaning is
 * beyond doubt.
 */
public final class HttpTokenEndpointClient {
  private static final int MAX_ANSWER_BYTES = 64 * 1024;
  private static final long LONGEST_LIFETIME = 366L * 86_400;

  /** Statuses that say enough without an error code. */
  private static final Set<Integer> REFUSALS = Set.of(401, 403, 404, 405, 415);

  private final IdpClient client;

  public HttpTokenEndpointClient(IdpClient client) {
    this.client = client;
  }

  /**
   * Sends (RFC 6749 section 3.2), as {@link TokenEndpointClient#send(TokenRequest, Map)}.
   *
   * @param call that this is
   */
  public CompletionStage<Answer> send(
      TokenRequest request, Map<String, String> headers, IssuerCall call) {
    HTTPRequest http = request.toHTTPRequest();
    http.setAccept("application/json");
    headers.forEach(http::setHeader);
    return client
        .exchange(call, http, MAX_ANSWER_BYTES)
        .thenApply(response -> new Answer(parse(response), response.getHeaderMap()));
  }

  static TokenResponse parse(HTTPResponse response) {
    int status = response.getStatusCode();
    JSONObject body = object(response.getBody());
    if (status == 200 && body != null && !body.containsKey("error")) {
      return tokens(body);
    }
    if (body != null && body.get("error") instanceof String code && !code.isEmpty()) {
      // A 200 that holds an error still is an error.
      return error(code, body.get("error_description"), status == 200 ? 400 : status);
    }
    if (REFUSALS.contains(status)) {
      return error(null, null, status);
    }
    throw unusable(
        "status " + status + (body == null ? " without a JSON object" : " without an error code"));
  }

  /**
   * Null where the text is not one JSON object, whatever content type it came with (RFC 6749
   * section 5.2 in practice).
   */
  private static @Nullable JSONObject object(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return null;
    }
    try {
      Map<String, Object> members = JSONObjectUtils.parse(text);
      return members == null ? null : new JSONObject(members);
    } catch (ParseException e) {
      return null;
    }
  }

  private static TokenResponse error(
      @Nullable String code, @Nullable Object description, int status) {
    return new TokenErrorResponse(new ErrorObject(
        ErrorObject.removeIllegalChars(code),
        description instanceof String text ? ErrorObject.removeIllegalChars(text) : null,
        status));
  }

  private static TokenResponse tokens(JSONObject body) {
    Object lifetime = body.remove("expires_in");
    if (lifetime != null) {
      // Nimbus takes a negative lifetime as text only.
      body.put("expires_in", Long.toString(lifetime(lifetime)));
    }
    if ("".equals(body.get("refresh_token"))) {
      body.remove("refresh_token");
    }
    if (body.get("scope") instanceof List<?> scopes) {
      // Not RFC 6749, but seen.
      body.put("scope", scopes.stream().map(String::valueOf).collect(Collectors.joining(" ")));
    }
    try {
      return AccessTokenResponse.parse(body);
    } catch (com.nimbusds.oauth2.sdk.ParseException | RuntimeException e) {
      // Not its message: it may quote the answer.
      throw unusable("200 without a token that can be used");
    }
  }

  /** Whole seconds, at most a year; -1 for what is not a time to come. */
  private static long lifetime(Object stated) {
    BigDecimal seconds;
    try {
      String text = stated.toString().strip();
      seconds = text.length() > 40 ? BigDecimal.ZERO : new BigDecimal(text);
    } catch (NumberFormatException e) {
      return -1;
    }
    if (seconds.compareTo(BigDecimal.ONE) < 0) {
      return -1;
    }
    return seconds.compareTo(BigDecimal.valueOf(LONGEST_LIFETIME)) > 0
        ? LONGEST_LIFETIME
        : seconds.longValue();
  }

  private static GrantException unusable(String detail) {
    return Failure.of(Kind.ANSWER_UNUSABLE, "the token endpoint answered " + detail)
        .toException();
  }
}
