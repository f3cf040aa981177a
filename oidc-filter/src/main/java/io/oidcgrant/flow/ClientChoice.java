package io.oidcgrant.flow;

import io.oidcgrant.config.ClientSettings;
import io.oidcgrant.credential.Parameters;
import io.oidcgrant.credential.RequestView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of several clients a caller asks for: by {@code client_arg}, else by {@code client_id}, in
 * a header, the query or a body that has been read. Immutable, safe for concurrent use.
 */
final class ClientChoice {
  private final List<ClientSettings> clients;
  private final List<String> names;

  ClientChoice(List<ClientSettings> clients, String argument) {
    this.clients = clients;
    this.names = argument.equals("client_id") ? List.of(argument) : List.of(argument, "client_id");
  }

  /** Whether the choice may be in the body: neither header nor query has it. */
  boolean wantsBody(RequestView request) {
    return clients.size() > 1
        && names.stream().allMatch(name -> values(name, request, false).isEmpty());
  }

  /** The place of the client, from 0 on; the first where none is chosen. */
  int of(RequestView request) {
    if (clients.size() < 2) {
      return 0;
    }
    for (String name : names) {
      for (String value : values(name, request, true)) {
        int place = place(value);
        if (place >= 0) {
          return place;
        }
      }
    }
    return 0;
  }

  private int place(@Nullable String value) {
    for (int i = 0; i < clients.size(); i++) {
      if (clients.get(i).id().equals(value) || Integer.toString(i + 1).equals(value)) {
        return i;
      }
    }
    return -1;
  }

  private static List<@Nullable String> values(String name, RequestView request, boolean body) {
    List<@Nullable String> values = Parameters.inHeaders(request, name);
    if (values.isEmpty()) {
      values = Parameters.inQuery(request, name);
    }
    return values.isEmpty() && body ? Parameters.inBody(request, name) : values;
  }
}
