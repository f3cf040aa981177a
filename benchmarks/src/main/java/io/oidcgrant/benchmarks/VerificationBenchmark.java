package io.oidcgrant.benchmarks;

import com.nimbusds.jose.jwk.JWKSet;
import io.oidcgrant.verify.KeySource;
import io.oidcgrant.verify.TokenVerifier;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
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
import org.openjdk.jmh.annotations.Warmup;

/** A caller's JWT that is seen for the first time: parsed, its signature and claims verified. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class VerificationBenchmark {
  @Param({"RS256", "ES256"})
  public String algorithm;

  private TokenVerifier verifier;
  private String token;

  @Setup
  public void prepare() {
    SignedToken signed = new SignedToken(algorithm);
    token = signed.text();
    verifier = new TokenVerifier(
        new TokenVerifier.Rules(true, true, Duration.ZERO, List.of()),
        InstantSource.system(),
        TokenVerifier.Keys.of(KeySource.fixed(new JWKSet(signed.key()).toPublicJWKSet())));
  }

  @Benchmark
  public Object cold() {
    return verifier
        .accessToken(token, List.of(SignedToken.ISSUER), false)
        .toCompletableFuture()
        .join();
  }
}
