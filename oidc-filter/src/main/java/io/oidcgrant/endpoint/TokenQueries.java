package io.oidcgrant.endpoint;

import com.nimbusds.common.contenttype.ContentType;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import io.oidcgrant.http.IdpClient;
import io.oidcgrant.observe.GrantObserver.Endpoint;
import io.oidcgrant.observe.IssuerCall;
import io.oidcgrant.observe.IssuerCalls;
import io.oidcgrant.observe.TraceContext;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Printable;
import java.net.URI;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks what a token is (RFC 7662) and who its owner is, and ends it (RFC 7009). Failures are
 * {@link io.oidcgrant.protocol.GrantException}s. Safe for concurrent use.
 */
public final class TokenQueries {
  private static final int MAX_ANSWER_BYTES = 64 * 1024;

  /** What is asked about is refused (RFC 6750 section 3.1). */
  private static final Set<Integer> TOKEN_REFUSED = Set.of(400, 401, 403);

  /** The client is refused, or the address is not that of the endpoint. */
  private static final Set<Integer> REFUSALS = Set.of(400, 401, 403, 404, 405, 415);

  private final IdpClient client;
  private final IssuerCalls calls;

  public TokenQueries(IdpClient client, IssuerCalls calls) {
    this.client = client;
    this.calls = calls;
  }

  /**
   * What introspection says of a token, be it active or not (RFC 7662 section 2.2).
   *
   * @param accept the media type that is asked for
   * @param headers beside our own
   * @param cause the trace of the request that asks; null for none
   */
  public CompletionStage<Said> introspect(
      URI endpoint,
      ClientAuthentication authentication,
      Map<String, String> form,
      String accept,
      Map<String, String> headers,
      @Nullable TraceContext cause) {
    HTTPRequest request = request(endpoint, authentication, form);
    request.setAccept(accept);
    headers.forEach(request::setHeader);
    return ask(Endpoint.INTROSPECTION, cause, request, response -> {
      refusal("introspection", response);
      return said("introspection", response);
    });
  }

  /**
   * What userinfo says of a token's owner (OpenID Connect Core 1.0 section 5.3).
   *
   * @param authorization the token with its scheme
   * @param headers beside our own
   * @param cause the trace of the request that asks; null for none
   */
  public CompletionStage<Said> userInfo(
      URI endpoint,
      String authorization,
      String accept,
      Map<String, String> headers,
      @Nullable TraceContext cause) {
    HTTPRequest request = new HTTPRequest(HTTPRequest.Method.GET, endpoint);
    request.setAccept(accept);
    headers.forEach(request::setHeader);
    request.setAuthorization(authorization);
    return ask(Endpoint.USERINFO, cause, request, response -> {
      if (TOKEN_REFUSED.contains(response.getStatusCode())) {
        throw Failure.of(Kind.REJECTED, "userinfo endpoint answered " + response.getStatusCode())
            .toException();
      }
      return said("userinfo", response);
    });
  }

  /**
   * An answer as it came.
   *
   * @param members of a JSON object; none of a JWT
   * @param jwt not verified; empty where it is a JSON object
   */
  public record Said(Map<String, Object> members, Optional<String> jwt) {
    /** Without what it says: that is somebody's business. */
    @Override
    public String toString() {
      return "Said[***]";
    }
  }

  private static Said said(String endpoint, HTTPResponse response) {
    if (response.getStatusCode() == 200) {
      ContentType type = response.getEntityContentType();
      String body = response.getBody();
      if (type != null
          && body != null
          && type.getSubType().toLowerCase(Locale.ROOT).matches("jwt|.+\\+jwt")) {
        return new Said(Map.of(), Optional.of(body.strip()));
      }
      Map<String, Object> members = object(body);
      if (members != null) {
        return new Said(members, Optional.empty());
      }
    }
    throw Failure.of(
            Kind.ANSWER_UNUSABLE,
            "the " + endpoint + " endpoint answered status " + response.getStatusCode()
                + " without a JSON object to use")
        .toException();
  }

  /**
   * Completes when the token is no longer good (RFC 7009 section 2.2).
   *
   * @param cause the trace of the request that asks; null for none
   */
  public CompletionStage<@Nullable Void> revoke(
      URI endpoint,
      ClientAuthentication authentication,
      Map<String, String> form,
      @Nullable TraceContext cause) {
    HTTPRequest request = request(endpoint, authentication, form);
    return ask(Endpoint.REVOCATION, cause, request, response -> {
      refusal("revocation", response);
      return null;
    });
  }

  private <T extends @Nullable Object> CompletionStage<T> ask(
      Endpoint endpoint,
      @Nullable TraceContext cause,
      HTTPRequest request,
      Function<HTTPResponse, T> reader) {
    IssuerCall call = calls.begin(endpoint, cause);
    return call.watch(() -> client.exchange(call, request, MAX_ANSWER_BYTES).thenApply(reader));
  }

  private static HTTPRequest request(
      URI endpoint, ClientAuthentication authentication, Map<String, String> form) {
    HTTPRequest request = new HTTPRequest(HTTPRequest.Method.POST, endpoint);
    request.setEntityContentType(ContentType.APPLICATION_URLENCODED);
    request.setAccept("application/json");
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    form.forEach((name, value) -> parameters.put(name, List.of(value)));
    request.setBody(URLUtils.serializeParameters(parameters));
    authentication.applyTo(request);
    return request;
  }

  private static void refusal(String what, HTTPResponse response) {
    int status = response.getStatusCode();
    if (!REFUSALS.contains(status)) {
      return;
    }
    Map<String, Object> members = object(response.getBody());
    Object code = members == null ? null : members.get("error");
    throw Failure.of(
            Kind.CLIENT_REFUSED,
            what + " endpoint answered " + status
                + (code instanceof String text ? " " + Printable.of(text) : ""))
        .toException();
  }

  private static @Nullable Map<String, Object> object(@Nullable String text) {
    try {
      return text == null ? null : JSONObjectUtils.parse(text);
    } catch (ParseException e) {
      return null;
    }
  }
}
