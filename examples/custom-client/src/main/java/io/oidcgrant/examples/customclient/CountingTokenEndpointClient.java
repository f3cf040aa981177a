package io.oidcgrant.examples.customclient;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import io.oidcgrant.endpoint.TokenEndpointClient;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.StringRequestContent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends by Jetty's HTTP client, with a correlation id on every request, and counts the requests of
 * each grant type. Safe for concurrent use.
 */
public final class CountingTokenEndpointClient implements TokenEndpointClient, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CountingTokenEndpointClient.class);
  private static final String CORRELATION_ID = "X-Correlation-Id";
  private static final int MAX_ANSWER_BYTES = 64 * 1024;
  /** The filter's own timeout frees the caller, this one the connection. */
  private static final long TIMEOUT_SECONDS = 30;

  private final HttpClient http;
  private final ConcurrentMap<String, LongAdder> sent = new ConcurrentHashMap<>();

  private CountingTokenEndpointClient(HttpClient http) {
    this.http = http;
  }

  /** Opens connections when they are needed, until it is closed. */
  public static CountingTokenEndpointClient start() throws Exception {
    HttpClient http = new HttpClient();
    http.start();
    // They follow redirects, and fail a 401 without a challenge, which is a token endpoint's.
    http.getProtocolHandlers().clear();
    return new CountingTokenEndpointClient(http);
  }

  @Override
  public void close() throws IOException {
    try {
      http.stop();
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  /** How many requests were sent, by grant type. */
  public Map<String, Long> sent() {
    Map<String, Long> counts = new TreeMap<>();
    sent.forEach((grantType, count) -> counts.put(grantType, count.sum()));
    return counts;
  }

  @Override
  public CompletionStage<TokenResponse> send(TokenRequest request) {
    return send(request, Map.of()).thenApply(Answer::response);
  }

  @Override
  public CompletionStage<Answer> send(TokenRequest request, Map<String, String> headers) {
    String grantType = request.getAuthorizationGrant().getType().getValue();
    sent.computeIfAbsent(grantType, type -> new LongAdder()).increment();
    String correlationId = UUID.randomUUID().toString();
    LOG.info("grant {}, correlation id {}", grantType, correlationId);

    HTTPRequest message = request.toHTTPRequest();
    Request post = http.POST(message.getURI())
        .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .body(new StringRequestContent(
            "application/x-www-form-urlencoded", String.valueOf(message.getBody())))
        .headers(fields -> {
          // The credentials of client_secret_basic; the content type comes with the body.
          String authorization = message.getAuthorization();
          if (authorization != null) {
            fields.put("Authorization", authorization);
          }
          fields.put("Accept", "application/json");
          fields.put(CORRELATION_ID, correlationId);
          headers.forEach(fields::put);
        });
    return new CompletableResponseListener(post, MAX_ANSWER_BYTES)
        .send()
        .exceptionally(error -> {
          throw Failure.of(Kind.ISSUER_UNAVAILABLE, "no answer, correlation id " + correlationId)
              .toException();
        })
        .thenApply(CountingTokenEndpointClient::answer);
  }

  private static Answer answer(ContentResponse response) {
    HTTPResponse message = new HTTPResponse(response.getStatus());
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    response
        .getHeaders()
        .forEach(field -> headers
            .computeIfAbsent(field.getName(), name -> new ArrayList<>())
            .add(field.getValue()));
    headers.forEach((name, values) -> message.setHeader(name, values.toArray(String[]::new)));
    message.setBody(response.getContentAsString());
    try {
      return new Answer(TokenResponse.parse(message), headers);
    } catch (ParseException e) {
      throw Failure.of(Kind.ANSWER_UNUSABLE, "the answer holds no tokens").toException();
    }
  }
}
