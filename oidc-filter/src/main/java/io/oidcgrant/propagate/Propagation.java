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
  private final List<HeaderRule> upstream;
  private final List<HeaderRule> downstream;

  private Propagation(List<HeaderRule> upstream, List<HeaderRule> downstream) {
    this.upstream = upstream;
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
    return new Propagation(upstream.rules(), downstream.rules());
  }

  /** Whether the caller's own header of this name, folded, must not reach the upstream. */
  public boolean manages(String headerName) {
    for (HeaderRule rule : upstream) {
      if (HeaderNames.same(rule.name(), headerName)) {
        return true;
      }
    }
    return false;
  }

  /** Names and values for the upstream, one after the other. */
  public List<String> upstream(Tokens tokens) {
    List<String> headers = new ArrayList<>(2 * upstream.size());
    for (HeaderRule rule : upstream) {
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
