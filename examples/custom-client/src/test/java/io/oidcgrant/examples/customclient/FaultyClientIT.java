package io.oidcgrant.examples.customclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenErrorResponse;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.DPoPAccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.oauth2.sdk.token.Tokens;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import io.oidcgrant.endpoint.TokenEndpointClient;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that do not keep their contract harm nobody but those who wait for them. */
class FaultyClientIT {
  private static final String UNSIGNED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJqb2huIn0.";

  static Stream<Arguments> faults() {
    return Stream.of(
        fault("throws runtime exception", 503, request -> {
          throw new IllegalStateException("planted");
        }),
        fault("throws error", 503, request -> {
          throw new NoClassDefFoundError("planted");
        }),
        fault("returns null", 503, request -> null),
        fault("completes with null", 503, request -> CompletableFuture.completedFuture(null)),
        fault("fails with io exception", 503, request -> failed(new IOException("planted"))),
        fault(
            "fails with nested exception",
            503,
            request -> failed(new CompletionException(new ExecutionException(new IOException())))),
        fault("fails with error", 503, request -> failed(new StackOverflowError())),
        fault("fails with cancellation", 503, request -> failed(new CancellationException())),
        fault("fails with timeout", 504, request -> failed(new TimeoutException())),
        fault(
            "fails with nested timeout",
            504,
            request -> failed(new ExecutionException(new TimeoutException()))),
        fault(
            "fails with unavailable",
            503,
            request -> failed(Failure.of(Kind.ISSUER_UNAVAILABLE, "planted").toException())),
        fault(
            "fails with unusable",
            502,
            request -> failed(Failure.of(Kind.ANSWER_UNUSABLE, "planted").toException())),
        fault("never completes", 504, request -> new CompletableFuture<>()),
        fault(
            "never completes and is no future",
            504,
            request -> new CompletableFuture<TokenResponse>().minimalCompletionStage()),
        fault(
            "error without code",
            502,
            request -> answered(new TokenErrorResponse(new ErrorObject(null)))),
        fault(
            "error of a broken server",
            503,
            request ->
                answered(new TokenErrorResponse(new ErrorObject(null, "<h1>down</h1>", 503)))),
        fault(
            "error server error",
            503,
            request -> answered(new TokenErrorResponse(OAuth2Error.SERVER_ERROR))),
        fault(
            "error invalid client",
            503,
            request -> answered(new TokenErrorResponse(OAuth2Error.INVALID_CLIENT))),
        fault("token unsigned", 502, request -> answered(tokens(UNSIGNED, 60, null))),
        fault(
            "id token unsigned",
            502,
            request -> answered(new OIDCTokenResponse(
                new OIDCTokens(UNSIGNED, new BearerAccessToken("opaque"), null)))),
        fault(
            "token with a line end",
            502,
            request -> answered(tokens("a\r\nX-Role: admin", 60, null))),
        fault(
            "token of another type",
            502,
            request ->
                answered(new AccessTokenResponse(new Tokens(new DPoPAccessToken("opaque"), null)))),
        fault(
            "refresh token with a line end",
            502,
            request -> answered(tokens("opaque", 60, new RefreshToken("a\r\nb")))));
  }

  private static Arguments fault(String name, int status, TokenEndpointClient client) {
    return arguments(named(name, client), status);
  }

  private static CompletionStage<TokenResponse> answered(TokenResponse response) {
    return CompletableFuture.completedFuture(response);
  }

  private static CompletionStage<TokenResponse> failed(Throwable error) {
    return CompletableFuture.failedFuture(error);
  }

  private static TokenResponse tokens(String accessToken, long lifetime, RefreshToken refresh) {
    return new AccessTokenResponse(
        new Tokens(new BearerAccessToken(accessToken, lifetime, new Scope()), refresh));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void faultyClient_isAnsweredForAsAGateway_andNothingPasses(TokenEndpointClient client, int status)
      throws Exception {
    try (RunningApplication application = RunningApplication.start(
        RunningApplication.config().timeout(Duration.ofSeconds(1)).build(), client)) {
      for (int time = 0; time < 2; time++) {
        HttpResponse<String> answer = application.getAs("john");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body())
            .startsWith("{\"message\":")
            .doesNotContain("planted", "Exception", "<h1>");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
      }
      assertThat(application.seen()).isEmpty();
    }
  }

  @Test
  void longestLifetime_isServed() throws Exception {
    try (RunningApplication application = RunningApplication.start(
        RunningApplication.config().build(),
        request -> answered(tokens("opaque", Long.MAX_VALUE, null)))) {
      HttpResponse<String> answer = application.getAs("john");

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
  }

  @Test
  void idToken_ofAnOpenIdConnectAnswer_isPassedOn() throws Exception {
    try (RunningApplication application = RunningApplication.start(
        RunningApplication.config().build(), FaultyClientIT::sendBlocking)) {
      HttpResponse<String> answer = application.getAs("john");

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(application.seen())
          .singleElement()
          .satisfies(headers -> assertThat(headers.get("Id-Token")).startsWith("eyJ"));
    }
  }

  /** The shortest client there is: Nimbus' own transport and parser, on a thread of the pool. */
  private static CompletionStage<TokenResponse> sendBlocking(TokenRequest request) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        HTTPResponse response = request.toHTTPRequest().send();
        return OIDCTokenResponseParser.parse(response);
      } catch (IOException | com.nimbusds.oauth2.sdk.ParseException e) {
        throw new CompletionException(e);
      }
    });
  }
}
