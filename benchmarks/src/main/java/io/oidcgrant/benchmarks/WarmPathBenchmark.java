package io.oidcgrant.benchmarks;

import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.oauth2.sdk.token.Tokens;
import io.oidcgrant.OidcGrantFilter;
import io.oidcgrant.UpstreamOAuthFilter;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.endpoint.TokenEndpointClient;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The filter on a request whose tokens are remembered: from the credential in the header to the
 * request that the application gets. The container around it is a stand-in that costs next to
 * nothing.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class WarmPathBenchmark {
  /**
   * What the caller presents, tokens of one length; {@code service}: nothing, the other filter puts
   * its own token on.
   */
  @Param({"password", "refresh_token", "bearer", "service"})
  public String credential;

  private final SignedToken signed = new SignedToken("RS256");
  private KeyServer keys;
  private Filter filter;
  private StandInRequest request;
  private HttpServletResponse response;
  private Last chain;

  @Setup
  public void start() throws Exception {
    keys = KeyServer.start(signed.key());
    OidcGrantConfig config = OidcGrantConfig.builder()
        .issuer(SignedToken.ISSUER)
        .usingPseudoIssuer(true)
        .tokenEndpoint("https://idp.example/token")
        .jwksEndpoint(keys.url())
        .audienceRequired("api")
        .authMethods("bearer")
        .build();
    String token = "a".repeat(1000);
    TokenEndpointClient client = asked -> CompletableFuture.completedFuture(new AccessTokenResponse(
        new Tokens(new BearerAccessToken(token, 86_400, null), new RefreshToken("r".repeat(700)))));
    OidcGrantConfig granting = OidcGrantConfig.builder()
        .issuer(SignedToken.ISSUER)
        .usingPseudoIssuer(true)
        .tokenEndpoint("https://idp.example/token")
        .jwksEndpoint(keys.url())
        .clientId("gateway")
        .clientSecret("gateway-secret")
        .refreshTokenParamName("refresh_token")
        .upstreamRefreshTokenHeader("refresh_token")
        .rotationGrace(Duration.ofHours(1))
        .build();
    filter = switch (credential) {
      case "service" ->
        new UpstreamOAuthFilter(
            UpstreamOAuthConfig.builder()
                .tokenEndpoint("https://idp.example/token")
                .clientId("gateway")
                .clientSecret("gateway-secret")
                .build(),
            client);
      case "bearer" -> new OidcGrantFilter(config, client);
      default -> new OidcGrantFilter(granting, client);
    };
    filter.init(new NoParams());
    request = new StandInRequest();
    request.header("Host", "api.example");
    request.header("User-Agent", "curl/8.5.0");
    request.header("Accept", "*/*");
    request.header("Accept-Encoding", "gzip, br");
    request.header("X-Request-Id", "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
    request.header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    if (credential.equals("password")) {
      request.header(
          "Authorization",
          "Basic "
              + Base64.getEncoder()
                  .encodeToString("john:doe-long-enough".getBytes(StandardCharsets.UTF_8)));
    } else if (credential.equals("refresh_token")) {
      request.header("Refresh-Token", "t".repeat(signed.text().length()));
    } else if (credential.equals("bearer")) {
      request.header("Authorization", "Bearer " + signed.text());
    }
    response = (HttpServletResponse) Proxy.newProxyInstance(
        getClass().getClassLoader(),
        new Class<?>[] {HttpServletResponse.class},
        (proxy, method, args) -> null);
    chain = new Last();
    warm();
    if (chain.request == null) {
      throw new IllegalStateException("the first request did not pass");
    }
  }

  @TearDown
  public void stop() {
    filter.destroy();
    keys.close();
  }

  /** Filter alone. */
  @Benchmark
  public ServletRequest warm() throws Exception {
    request.reset();
    filter.doFilter(request, response, chain);
    return chain.request;
  }

  /** Filter, and a relay that reads every header of what it gets. */
  @Benchmark
  public int warmAndCopied() throws Exception {
    request.reset();
    filter.doFilter(request, response, chain);
    HttpServletRequest forwarded = (HttpServletRequest) chain.request;
    int length = 0;
    for (var names = forwarded.getHeaderNames(); names.hasMoreElements(); ) {
      for (var values = forwarded.getHeaders(names.nextElement()); values.hasMoreElements(); ) {
        length += values.nextElement().length();
      }
    }
    return length;
  }

  private static final class Last implements FilterChain {
    private ServletRequest request;

    @Override
    public void doFilter(ServletRequest passed, jakarta.servlet.ServletResponse response) {
      request = passed;
    }
  }
}
