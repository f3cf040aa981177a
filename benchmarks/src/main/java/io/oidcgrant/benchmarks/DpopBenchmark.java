package io.oidcgrant.benchmarks;

import com.nimbusds.jose.JWSAlgorithm;
import io.oidcgrant.clientauth.DpopProofs;
import io.oidcgrant.jose.SigningKey;
import io.oidcgrant.verify.PossessionCheck;
import io.oidcgrant.verify.PossessionCheck.Mode;
import io.oidcgrant.verify.PossessionCheck.Shown;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a DPoP proof costs: one made for the upstream, and one of a caller's checked. */
@State(Scope.Benchmark)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DpopBenchmark {
  private static final String URL = "https://api.example/orders";

  /** Of the key. */
  @Param({"ES256", "EdDSA"})
  public String algorithm;

  private final String token = "x".repeat(1200);
  private DpopProofs proofs;
  private PossessionCheck check;
  private Map<String, Object> claims;
  private Shown shown;

  @Setup
  public void start() {
    Instant now = Instant.ofEpochSecond(1_790_000_000L);
    InstantSource clock = () -> now;
    proofs = new DpopProofs(SigningKey.generate(JWSAlgorithm.parse(algorithm)), clock);
    String proof = proofs.proof("GET", URL, token);
    claims = Map.of("cnf", Map.of("jkt", proofs.thumbprint()));
    shown = new Shown(token, true, () -> List.of(proof), "GET", () -> URL, Optional::empty);
    // The same proof again and again: what remembers it is not measured.
    check = new PossessionCheck(
        Mode.OFF, Mode.STRICT, Duration.ofMinutes(5), null, parts -> null, clock);
  }

  @Benchmark
  public String made() {
    return proofs.proof("GET", URL, token);
  }

  @Benchmark
  public void checked() {
    check.check(claims, shown);
  }
}
