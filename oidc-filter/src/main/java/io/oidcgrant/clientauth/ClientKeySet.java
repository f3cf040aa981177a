package io.oidcgrant.clientauth;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.jose.SigningKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The key pairs that sign now and the public keys of those that did before. Immutable; never prints
 * a key.
 */
final class ClientKeySet {
  static final ClientKeySet EMPTY = new ClientKeySet(List.of(), List.of());
  private static final String KEYS = "keys";
  private static final String PREVIOUS = "previous";

  private final List<SigningKey> keys;
  private final List<JWK> previous;
  private final JWKSet published;

  private ClientKeySet(List<SigningKey> keys, List<JWK> previous) {
    this.keys = List.copyOf(keys);
    this.previous = List.copyOf(previous);
    this.published =
        new JWKSet(Stream.concat(publicHalves(keys), previous.stream()).toList());
  }

  private static Stream<JWK> publicHalves(List<SigningKey> keys) {
    return keys.stream().map(key -> key.key().toPublicJWK());
  }

  /**
   * Those of a JSON object with private keys in {@code keys} and any in {@code previous}. Secret
   * keys ({@code oct}) are passed over: they have no public half.
   *
   * @throws ParseException saying what is wrong, as the end of a sentence and without a value
   */
  static ClientKeySet parse(String json) throws ParseException {
    Map<String, Object> members;
    List<SigningKey> keys = new ArrayList<>();
    List<JWK> previous = new ArrayList<>();
    try {
      members = JSONObjectUtils.parse(json);
    } catch (ParseException e) {
      throw unusable("is not a JSON object with keys and previous");
    }
    if (!members.containsKey(KEYS)) {
      throw unusable("has no member keys, an array of private JSON Web Keys");
    }
    for (JWK key : pairs(members, KEYS)) {
      try {
        keys.add(SigningKey.of(key, SigningKey.algorithmOf(key)));
      } catch (IllegalArgumentException e) {
        throw unusable("has a key among keys that " + e.getMessage());
      }
    }
    for (JWK key : pairs(members, PREVIOUS)) {
      previous.add(key.toPublicJWK());
    }
    return new ClientKeySet(keys, previous);
  }

  private static List<JWK> pairs(Map<String, Object> members, String name) throws ParseException {
    try {
      Map<String, Object>[] written = JSONObjectUtils.getJSONObjectArray(members, name);
      List<JWK> pairs = new ArrayList<>();
      for (Map<String, Object> key :
          written == null ? List.<Map<String, Object>>of() : List.of(written)) {
        JWK parsed = JWK.parse(key);
        if (!parsed.getKeyType().equals(KeyType.OCT)) {
          pairs.add(parsed);
        }
      }
      return pairs;
    } catch (ParseException | IllegalArgumentException e) {
      // The parser's own words may repeat a value.
      throw unusable("has something in " + name + " that is not a JSON Web Key");
    }
  }

  private static ParseException unusable(String what) {
    return new ParseException(what, 0);
  }

  /** The whole, private members included; the previous ones are public. */
  String toJson() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put(KEYS, keys.stream().map(key -> key.key().toJSONObject()).toList());
    members.put(PREVIOUS, previous.stream().map(JWK::toJSONObject).toList());
    return JSONObjectUtils.toJSONString(members);
  }

  Optional<SigningKey> current(JWSAlgorithm algorithm) {
    for (SigningKey key : keys) {
      if (key.algorithm().equals(algorithm)) {
        return Optional.of(key);
      }
    }
    return Optional.empty();
  }

  /** With a key for this algorithm; itself, where it has one. */
  ClientKeySet with(JWSAlgorithm algorithm) {
    return current(algorithm).isPresent()
        ? this
        : new ClientKeySet(
            Stream.concat(keys.stream(), Stream.of(SigningKey.generate(algorithm)))
                .toList(),
            previous);
  }

  /** New keys for the same algorithms; those until now are the previous ones. */
  ClientKeySet rotated() {
    return new ClientKeySet(
        keys.stream()
            .map(SigningKey::algorithm)
            .distinct()
            .map(SigningKey::generate)
            .toList(),
        publicHalves(keys).toList());
  }

  /** Public members only. */
  JWKSet published() {
    return published;
  }

  List<SigningKey> keys() {
    return keys;
  }

  @Override
  public String toString() {
    return "ClientKeySet" + keys;
  }
}
