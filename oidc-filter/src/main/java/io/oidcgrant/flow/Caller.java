package io.oidcgrant.flow;

import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.protocol.Tokens;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who may go on, and what is told of him. Immutable, safe for concurrent use.
 *
 * @param name empty where nothing names him
 * @param roles as {@code isUserInRole} knows them
 * @param consumer where he is one
 * @param tokens empty for one without a credential
 * @param upstream names and values of headers, one after the other
 * @param downstream the same for himself
 */
public record Caller(
    String name,
    Set<String> roles,
    Optional<Consumer> consumer,
    Optional<Tokens> tokens,
    List<String> upstream,
    List<String> downstream) {
  /** Who he is, is nobody's business in a log. */
  @Override
  public String toString() {
    return "Caller[***]";
  }
}
