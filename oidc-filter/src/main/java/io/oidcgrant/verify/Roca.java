package io.oidcgrant.verify;

import java.math.BigInteger;
import java.util.BitSet;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * RSA moduli that can be factored by CVE-2017-15361 (ROCA): a chip made them of primes that are
 * powers of 65537 modulo the product of the small primes, and so is the modulus itself. One of
 * another making is taken for one of them less than once in 2^27.
 */
final class Roca {
  private static final int GENERATOR = 65537;
  /** The greatest prime in the product for the shortest keys. */
  private static final int GREATEST = 167;

  private static final Map<BigInteger, BitSet> POWERS = IntStream.rangeClosed(3, GREATEST)
      .mapToObj(BigInteger::valueOf)
      .filter(number -> number.isProbablePrime(30))
      .collect(Collectors.toUnmodifiableMap(
          Function.identity(), prime -> powers(prime.intValueExact())));

  private Roca() {}

  private static BitSet powers(int prime) {
    BitSet powers = new BitSet(prime);
    for (int power = 1; !powers.get(power); power = power * (GENERATOR % prime) % prime) {
      powers.set(power);
    }
    return powers;
  }

  /** Whether {@code modulus} is such a one. */
  static boolean made(BigInteger modulus) {
    return POWERS.entrySet().stream()
        .allMatch(powers -> powers.getValue().get(modulus.mod(powers.getKey()).intValueExact()));
  }
}
