package io.oidcgrant.examples.identity;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What Kong Identity has not: {@code /faults}, {@code /requests} and {@code /hooks}. Safe for
 * concurrent use.
 */
final class Control {
  private final Management management;
  private final Faults faults;
  private final Journal journal;

  Control(Management management, Faults faults, Journal journal) {
    this.management = management;
    this.faults = faults;
    this.journal = journal;
  }

  Answer answer(Asked asked) {
    List<String> path = asked.path();
    if (path.equals(List.of("faults"))) {
      return faults(asked);
    }
    if (path.equals(List.of("requests"))) {
      return requests(asked);
    }
    if (path.size() == 4 && path.get(0).equals("hooks") && path.get(1).equals("auth-servers")) {
      AuthServer server = management.server(path.get(2));
      return asked.method().equals("POST")
          ? hook(server, path.get(3), asked)
          : Management.notAllowed("POST");
    }
    throw Problem.notFound();
  }

  private Answer faults(Asked asked) {
    switch (asked.method()) {
      case "GET" -> {}
      case "DELETE" -> faults.clear();
      case "POST" -> add(parsed(asked.fields()));
      default -> {
        return Management.notAllowed("GET, POST, DELETE");
      }
    }
    return Answer.json(
        asked.method().equals("POST") ? 201 : 200,
        Map.of("faults", faults.remaining().stream().map(Fault::shown).toList()));
  }

  private void add(List<Fault> more) {
    try {
      faults.addAll(more);
    } catch (IllegalArgumentException e) {
      throw Problem.of(400, String.valueOf(e.getMessage()));
    }
  }

  /** All of them, or none where one is wrong. */
  private static List<Fault> parsed(Fields fields) {
    Object list = fields.any("faults");
    fields.end();
    if (!(list instanceof List<?> entries) || entries.isEmpty() || entries.size() > 100) {
      throw Problem.field("faults", "faults must be a list of 1 to 100 faults");
    }
    List<Fault> faults = new ArrayList<>();
    for (Object entry : entries) {
      if (!(entry instanceof Map<?, ?> map)) {
        throw Problem.field("faults", "a fault must be an object");
      }
      faults.add(Fault.parse(Fields.members(map)));
    }
    return faults;
  }

  private Answer requests(Asked asked) {
    switch (asked.method()) {
      case "GET" -> {}
      case "DELETE" -> journal.clear();
      default -> {
        return Management.notAllowed("GET, DELETE");
      }
    }
    Map<String, Object> counts = new LinkedHashMap<>();
    for (Endpoint endpoint : Endpoint.values()) {
      counts.put(endpoint.label(), journal.count(endpoint));
    }
    return Answer.json(
        200,
        Map.of(
            "counts",
            counts,
            "requests",
            journal.entries().stream().map(Journal.Entry::shown).toList()));
  }

  private static Answer hook(AuthServer server, String hook, Asked asked) {
    Fields fields = asked.fields();
    switch (hook) {
      case "users" -> {
        String username = fields.text("username", 256);
        String password = fields.text("password", 256);
        fields.end();
        server.user(username, password);
      }
      case "rotate-keys" -> {
        boolean keep = fields.flag("keep", true);
        fields.end();
        server.keys().rotate(keep);
      }
      case "trusted-issuers" -> server.trusted().add(fields);
      case "settings" -> {
        boolean nonce = fields.flag("require_dpop_nonce", false);
        boolean rotate = fields.flag("rotate_refresh_tokens", false);
        fields.end();
        server.proofs().requireNonce(nonce);
        server.rotateRefreshTokens(rotate);
      }
      default -> throw Problem.notFound();
    }
    return Answer.empty(204);
  }
}
