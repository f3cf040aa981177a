package io.oidcgrant.flow;

import io.oidcgrant.credential.Credential;
import io.oidcgrant.credential.FormParameters;
import io.oidcgrant.credential.HeaderNames;
import io.oidcgrant.credential.RequestView;
import io.oidcgrant.credential.SearchableBody;
import io.oidcgrant.http.IdpClient;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the token request takes over from the caller's: {@code token_post_args_client} and
 * {@code token_headers_client}, and which client asks. Immutable, safe for concurrent use.
 */
final class CallerInputs {
  private final List<String> parameterNames;
  private final List<String> headerNames;
  private final ClientChoice clients;

  CallerInputs(List<String> parameterNames, List<String> headerNames, ClientChoice clients) {
    this.parameterNames = parameterNames;
    this.headerNames = headerNames;
    this.clients = clients;
  }

  /** Whether a parameter may be in the body: the query, which comes first, does not have it. */
  boolean wantsBody(RequestView request) {
    String query = request.rawQuery();
    return clients.wantsBody(request)
        || parameterNames.stream()
            .anyMatch(
                name -> query == null || FormParameters.values(query, name).isEmpty());
  }

  GrantRequest read(Credential credential, RequestView request) {
    int client = credential instanceof Credential.ClientSecret ? 0 : clients.of(request);
    if (parameterNames.isEmpty() && headerNames.isEmpty()) {
      return new GrantRequest(credential, client, Map.of(), Map.of());
    }
    Map<String, String> parameters = new TreeMap<>();
    for (String name : parameterNames) {
      String value = parameter(name, request);
      if (value != null && !value.isEmpty()) {
        parameters.put(name, value);
      }
    }
    Map<String, String> headers = new TreeMap<>();
    for (String name : headerNames) {
      List<String> values = request.headers(name);
      if (!values.isEmpty() && IdpClient.sendable(values)) {
        headers.put(name, String.join(", ", values));
      }
    }
    return new GrantRequest(credential, client, parameters, headers);
  }

  /** The parts that make the answer another one; null for none. */
  @Nullable List<String> parts(GrantRequest request) {
    if (request.client() == 0
        && request.parameters().isEmpty()
        && request.headers().isEmpty()) {
      return null;
    }
    List<String> parts = new ArrayList<>();
    parts.addAll(List.of("c", Integer.toString(request.client())));
    request.parameters().forEach((name, value) -> parts.addAll(List.of("p", name, value)));
    request.headers().forEach((name, value) -> parts.addAll(List.of("h", name, value)));
    return parts;
  }

  /** Query, then a body that has been read, then the headers: the first that has it. */
  private static @Nullable String parameter(String name, RequestView request) {
    String query = request.rawQuery();
    List<@Nullable String> values = query == null ? List.of() : FormParameters.values(query, name);
    SearchableBody kind = SearchableBody.of(request);
    if (values.isEmpty() && kind != null && request.body().isPresent()) {
      values = kind.values(request.body().get(), name);
    }
    if (values.isEmpty()) {
      List<@Nullable String> lines = new ArrayList<>();
      for (String header : request.headerNames()) {
        if (HeaderNames.same(header, name)) {
          lines.addAll(request.headers(header));
        }
      }
      values = lines;
    }
    if (values.size() > 1) {
      throw Failure.of(
              Kind.AMBIGUOUS_CREDENTIAL, "a parameter for the token request is there twice")
          .toException();
    }
    return values.isEmpty() ? null : values.get(0);
  }
}
