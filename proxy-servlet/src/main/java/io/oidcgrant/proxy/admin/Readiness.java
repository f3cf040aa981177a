package io.oidcgrant.proxy.admin;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.issuer.IssuerStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Whether this process should get requests. Safe for concurrent use. */
public final class Readiness {
  private final Supplier<List<IssuerStatus>> issuers;
  private volatile boolean draining;

  public Readiness(Supplier<List<IssuerStatus>> issuers) {
    this.issuers = issuers;
  }

  /** From now on this process finishes what it has. */
  public void drain() {
    draining = true;
  }

  /** The answer's status and JSON. */
  Answer answer() {
    if (draining) {
      return answer(503, "DOWN", "draining", List.of());
    }
    List<IssuerStatus> all = issuers.get();
    if (!all.isEmpty() && all.stream().noneMatch(IssuerStatus::everDiscovered)) {
      return answer(503, "DOWN", "no issuer has been discovered yet", all);
    }
    List<IssuerStatus> wanting = all.stream()
        .filter(status -> !status.everDiscovered() || !status.reachable())
        .toList();
    return wanting.isEmpty()
        ? answer(200, "UP", "", List.of())
        : answer(200, "DEGRADED", "an issuer cannot be reached", wanting);
  }

  private static Answer answer(
      int httpStatus, String status, String reason, List<IssuerStatus> issuers) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("status", status);
    if (!reason.isEmpty()) {
      members.put("reason", reason);
    }
    if (!issuers.isEmpty()) {
      members.put(
          "issuers",
          issuers.stream()
              .map(issuer -> Map.of("issuer", issuer.issuer(), "detail", issuer.detail()))
              .toList());
    }
    return new Answer(httpStatus, JSONObjectUtils.toJSONString(members));
  }

  record Answer(int status, String json) {}
}
