package io.oidcgrant.proxy.admin;

import java.util.List;
import java.util.function.Supplier;

/** Whether this process should get requests. Safe for concurrent use. */
public final class Readiness {
  private final Supplier<List<IssuerState>> issuers;
  private volatile boolean draining;

  public Readiness(Supplier<List<IssuerState>> issuers) {
    this.issuers = issuers;
  }

  /**
   * One issuer as the last attempts to reach it left it.
   *
   * @param everDiscovered there is a copy of its metadata, of whatever age
   */
  public record IssuerState(String issuer, boolean everDiscovered, boolean reachable) {}

  /** From now on this process finishes what it has. */
  public void drain() {
    draining = true;
  }

  /** The answer's status and JSON. */
  Answer answer() {
    if (draining) {
      return new Answer(503, "{\"status\":\"DOWN\",\"reason\":\"draining\"}");
    }
    List<IssuerState> states = issuers.get();
    if (!states.isEmpty() && states.stream().noneMatch(IssuerState::everDiscovered)) {
      return new Answer(
          503,
          "{\"status\":\"DOWN\",\"reason\":\"no issuer has been discovered yet\"" + list(states));
    }
    List<IssuerState> wanting = states.stream()
        .filter(state -> !state.everDiscovered() || !state.reachable())
        .toList();
    return wanting.isEmpty()
        ? new Answer(200, "{\"status\":\"UP\"}")
        : new Answer(
            200,
            "{\"status\":\"DEGRADED\",\"reason\":\"an issuer cannot be reached\"" + list(wanting));
  }

  private static String list(List<IssuerState> states) {
    StringBuilder json = new StringBuilder(",\"issuers\":[");
    for (IssuerState state : states) {
      json.append(json.charAt(json.length() - 1) == '[' ? "\"" : ",\"");
      state
          .issuer()
          .codePoints()
          .filter(c -> c >= ' ' && c != '"' && c != '\\')
          .forEach(json::appendCodePoint);
      json.append('"');
    }
    return json.append("]}").toString();
  }

  record Answer(int status, String json) {}
}
