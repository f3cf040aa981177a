package io.oidcgrant.verify;

import com.nimbusds.jose.jwk.JWKSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Where keys come from.
 *
 * @param current the keys at hand, else those that a fetch brings
 * @param newer keys newer than those given, where they may be had now; else the same
 */
public record KeySource(
    Supplier<CompletionStage<JWKSet>> current, Function<JWKSet, CompletionStage<JWKSet>> newer) {
  /** Keys that never change. */
  public static KeySource fixed(JWKSet keys) {
    CompletionStage<JWKSet> known = CompletableFuture.completedFuture(keys);
    return new KeySource(() -> known, seen -> known);
  }
}
