package io.oidcgrant.propagate;

import io.oidcgrant.credential.HeaderNames;
import io.oidcgrant.propagate.HeaderRule.Part;
import io.oidcgrant.protocol.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Which headers tell of the tokens, upstream and downstream. Immutable, safe for concurrent use.
 */
public final class Propagation {
  /** The name of a proof's header (RFC 9449 section 4.1). */
  public static final String PROOF = "DPoP";

  private final List<HeaderRule> upstream;
  private final List<HeaderRule> proven;
  private final List<HeaderRule> downstream;

  private Propagation(
      List<HeaderRule> upstream, List<HeaderRule> proven, List<HeaderRule> downstream) {
    this.upstream = upstream;
    this.proven = proven;
    this.downstream = downstream;
  }

  /**
   * The configured names, each empty where that part is not told.
   *
   * @param accessToken {@code authorization:bearer} by default
   */
  public record Names(
      Optional<String> accessToken, Optional<String> refreshToken, Optional<String> idToken) {
    List<HeaderRule> rules() {
      List<HeaderRule> rules = new ArrayList<>(3);
      accessToken.ifPresent(name -> rules.add(HeaderRule.parse(name, Part.ACCESS_TOKEN)));
      refreshToken.ifPresent(name -> rules.add(HeaderRule.parse(name, Part.REFRESH_TOKEN)));
      idToken.ifPresent(name -> rules.add(HeaderRule.parse(name, Part.ID_TOKEN)));
      return List.copyOf(rules);
    }
  }

  public static Propagation of(Names upstream, Names downstream) {
    return new Propagation(upstream.rules(), List.of(), downstream.rules());
  }

  /** The same, with tokens that are bound to our key under the scheme {@code DPoP}. */
  public static Propagation withProofs(Names upstream, Names downstream) {
    return new Propagation(
        upstream.rules(),
        upstream.rules().stream().map(HeaderRule::proven).toList(),
        downstream.rules());
  }

  /** Whether these tokens go to the upstream with a proof. */
  public boolean proves(Tokens tokens) {
    return tokens.boundToOurKey() && !proven.isEmpty();
  }

  /** Whether the caller's own header of this name, folded, must not reach the upstream. */
  public boolean manages(String headerName) {
    for (HeaderRule rule : upstream) {
      if (HeaderNames.same(rule.name(), headerName)) {
        return true;
      }
    }
    return !proven.isEmpty() && HeaderNames.same(PROOF, headerName);
  }

  /** Names and values for the upstream, one after the other. */
  public List<String> upstream(Tokens tokens) {
    List<String> headers = new ArrayList<>(2 * upstream.size());
    for (HeaderRule rule : proves(tokens) ? proven : upstream) {
      String value = rule.value(tokens);
      if (value != null) {
        headers.add(rule.name());
        headers.add(value);
      }
    }
    return headers;
  }

  /** Calls {@code header} with each name and value for the caller. */
  public void downstream(Tokens tokens, BiConsumer<String, String> header) {
    for (HeaderRule rule : downstream) {
      String value = rule.value(tokens);
      if (value != null) {
        header.accept(rule.name(), value);
      }
    }
    if (!tokens.replayedHeaders().isEmpty()) {
      tokens.replayedHeaders().forEach(header);
    }
  }
}
