package io.oidcgrant.examples.identity;

import java.net.URI;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The calls below {@code /v1/auth-servers}, and the servers themselves. Safe for concurrent use.
 */
final class Management {
  private static final int MOST_SERVERS = 50;

  private final URI base;
  private final Optional<URI> tlsBase;
  private final Register<AuthServer> servers = new Register<>(MOST_SERVERS);
  private final Map<String, ServerEndpoints> endpoints = new ConcurrentHashMap<>();

  Management(URI base, Optional<URI> tlsBase) {
    this.base = base;
    this.tlsBase = tlsBase;
  }

  AuthServer server(String id) {
    return servers.get(id);
  }

  ServerEndpoints endpoints(String serverId) {
    ServerEndpoints found = endpoints.get(serverId);
    if (found == null) {
      throw Problem.notFound();
    }
    return found;
  }

  Answer answer(Asked asked) {
    if (!asked.header("authorization").matches("(?i)bearer +\\S.*")) {
      return Problem.of(401, "Authorization: Bearer and a token are needed; any token will do")
          .answer()
          .with("WWW-Authenticate", "Bearer");
    }
    List<String> path = asked.path();
    path = path.subList(2, path.size());
    if (path.isEmpty()) {
      return collection(asked, servers, () -> created(asked));
    }
    AuthServer server = servers.get(path.get(0));
    if (path.size() == 1) {
      return single(asked, server.shown(), () -> {
        servers.remove(server.id());
        endpoints.remove(server.id());
      });
    }
    if (path.get(1).equals("clients") && path.size() >= 4 && path.get(3).equals("secrets")) {
      return secrets(asked, server.clients().get(path.get(2)), path.subList(4, path.size()));
    }
    if (path.size() > 3) {
      throw Problem.notFound();
    }
    List<String> rest = path.subList(2, path.size());
    return switch (path.get(1)) {
      case "scopes" ->
        entries(
            asked,
            server.scopes(),
            rest,
            () -> server
                .scopes()
                .add(RegisteredScope.create(asked.fields(), now()))
                .shown());
      case "claims" ->
        entries(
            asked,
            server.claims(),
            rest,
            () -> server
                .claims()
                .add(RegisteredClaim.create(asked.fields(), server.scopes(), now()))
                .shown());
      case "clients" ->
        entries(
            asked,
            server.clients(),
            rest,
            () -> server
                .clients()
                .add(RegisteredClient.create(asked.fields(), server.scopes(), now()))
                .shownWithSecret());
      default -> throw Problem.notFound();
    };
  }

  private Map<String, Object> created(Asked asked) {
    AuthServer server = servers.add(AuthServer.create(base, tlsBase, asked.fields(), now()));
    endpoints.put(server.id(), new ServerEndpoints(server));
    return server.shown();
  }

  private static <T extends Register.Entry> Answer entries(
      Asked asked, Register<T> register, List<String> rest, Supplier<Map<String, Object>> create) {
    if (rest.isEmpty()) {
      return collection(asked, register, create);
    }
    String id = rest.get(0);
    return single(asked, register.get(id).shown(), () -> register.remove(id));
  }

  private static Answer secrets(Asked asked, RegisteredClient client, List<String> rest) {
    if (rest.size() > 1) {
      throw Problem.notFound();
    }
    if (rest.size() == 1) {
      return switch (asked.method()) {
        case "DELETE" -> {
          client.removeSecret(rest.get(0));
          yield Answer.empty(204);
        }
        default -> notAllowed("DELETE");
      };
    }
    return switch (asked.method()) {
      case "GET" -> list(client.shownSecrets());
      case "POST" -> {
        Fields fields = asked.body().isEmpty() ? Fields.of(Map.of()) : asked.fields();
        String value = fields.text("client_secret", 128, "");
        fields.end();
        yield Answer.json(201, client.addSecret(value, now()));
      }
      default -> notAllowed("GET, POST");
    };
  }

  private static <T extends Register.Entry> Answer collection(
      Asked asked, Register<T> register, Supplier<Map<String, Object>> create) {
    return switch (asked.method()) {
      case "GET" -> list(register.all().stream().map(Register.Entry::shown).toList());
      case "POST" -> Answer.json(201, create.get());
      default -> notAllowed("GET, POST");
    };
  }

  private static Answer single(Asked asked, Map<String, Object> shown, Runnable delete) {
    return switch (asked.method()) {
      case "GET" -> Answer.json(200, shown);
      case "DELETE" -> {
        delete.run();
        yield Answer.empty(204);
      }
      default -> notAllowed("GET, DELETE");
    };
  }

  private static Answer list(List<Map<String, Object>> data) {
    return Answer.json(
        200,
        Map.of(
            "data",
            data,
            "meta",
            Map.of("page", Map.of("number", 1, "size", data.size(), "total", data.size()))));
  }

  static Answer notAllowed(String methods) {
    return Problem.of(405, "the method must be " + methods).answer().with("Allow", methods);
  }

  private static String now() {
    return InstantSource.system().instant().truncatedTo(ChronoUnit.MILLIS).toString();
  }
}
