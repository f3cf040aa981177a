package io.oidcgrant.flow;

import io.oidcgrant.config.CallExtras;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.credential.Parameters;
import io.oidcgrant.credential.RequestView;
import io.oidcgrant.http.IdpClient;
import io.oidcgrant.issuer.IssuerEndpoint;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Secret;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What else than the credential a request brings along: what calls of the issuer take over
 * ({@code …_args_client}, {@code …_headers_client}), which client asks, and an ID token. Immutable,
 * safe for concurrent use.
 */
final class CallerInputs {
  /**
   * What calls of one endpoint take over.
   *
   * @param alsoHeaders whether a parameter may stand in a header too
   */
  private record Copying(
      IssuerEndpoint endpoint,
      List<String> parameters,
      boolean alsoHeaders,
      List<String> headersAsParameters,
      List<String> headers) {
    private Copying(IssuerEndpoint endpoint, CallExtras extras) {
      this(
          endpoint,
          extras.parametersClient(),
          false,
          extras.parametersClientHeaders(),
          extras.headersClient());
    }

    boolean concerns(Credential credential) {
      boolean brought = credential instanceof Credential.AccessToken;
      return endpoint == IssuerEndpoint.USERINFO
          || brought == (endpoint == IssuerEndpoint.INTROSPECTION);
    }

    boolean isEmpty() {
      return parameters.isEmpty() && headersAsParameters.isEmpty() && headers.isEmpty();
    }
  }

  private final List<Copying> copyings;
  private final ClientChoice clients;
  private final @Nullable IdTokenPlace idToken;

  CallerInputs(OidcGrantConfig config) {
    List<Copying> all = new ArrayList<>();
    all.add(new Copying(
        IssuerEndpoint.TOKEN,
        config.tokenPostArgsClient(),
        true,
        List.of(),
        config.tokenHeadersClient()));
    List<String> methods = config.authMethods();
    if (methods.contains("introspection") || config.introspectJwtTokens()) {
      all.add(new Copying(IssuerEndpoint.INTROSPECTION, config.introspectionExtras()));
    }
    if (methods.contains("userinfo") || config.searchUserInfo()) {
      all.add(new Copying(IssuerEndpoint.USERINFO, config.userinfoExtras()));
    }
    all.removeIf(Copying::isEmpty);
    this.copyings = List.copyOf(all);
    this.clients = new ClientChoice(config.clients(), config.clientArg());
    this.idToken = config
        .idTokenParamName()
        .map(name -> new IdTokenPlace(name, List.copyOf(config.idTokenParamType())))
        .orElse(null);
  }

  /** Where an ID token may stand; null where none is looked for. */
  @Nullable IdTokenPlace idTokenPlace() {
    return idToken;
  }

  /**
   * Whether something that is looked for may be in the body: what comes before does not have it.
   */
  boolean wantsBody(RequestView request) {
    return clients.wantsBody(request)
        || (idToken != null && idToken.wantsBody(request))
        || copyings.stream()
            .flatMap(copying -> copying.parameters().stream())
            .anyMatch(name -> Parameters.inQuery(request, name).isEmpty());
  }

  GrantRequest read(Credential credential, RequestView request) {
    int client = credential instanceof Credential.ClientSecret ? 0 : clients.of(request);
    Secret id = idToken != null && credential instanceof Credential.AccessToken
        ? idToken.find(request)
        : null;
    if (copyings.isEmpty()) {
      return new GrantRequest(credential, client, Map.of(), id);
    }
    Map<IssuerEndpoint, Copied> copies = new EnumMap<>(IssuerEndpoint.class);
    for (Copying copying : copyings) {
      if (copying.concerns(credential)) {
        Copied copied = copy(copying, request);
        if (!copied.equals(Copied.NOTHING)) {
          copies.put(copying.endpoint(), copied);
        }
      }
    }
    return new GrantRequest(credential, client, copies, id);
  }

  private static Copied copy(Copying copying, RequestView request) {
    Map<String, String> parameters = new TreeMap<>();
    for (String name : copying.parameters()) {
      put(parameters, name, parameter(name, request, copying.alsoHeaders()));
    }
    for (String name : copying.headersAsParameters()) {
      put(parameters, name, only(Parameters.inHeaders(request, name)));
    }
    Map<String, String> headers = new TreeMap<>();
    for (String name : copying.headers()) {
      List<String> values = request.headers(name);
      if (!values.isEmpty() && IdpClient.sendable(values)) {
        headers.put(name, String.join(", ", values));
      }
    }
    return new Copied(parameters, headers);
  }

  private static void put(Map<String, String> parameters, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      parameters.put(name, value);
    }
  }

  /** The parts that make the answer another one; null for none. */
  @Nullable List<String> parts(GrantRequest request) {
    if (request.client() == 0 && request.copies().isEmpty() && request.idToken() == null) {
      return null;
    }
    List<String> parts = new ArrayList<>();
    parts.addAll(List.of("c", Integer.toString(request.client())));
    request.copies().forEach((endpoint, copied) -> {
      copied
          .parameters()
          .forEach((name, value) -> parts.addAll(List.of("p", endpoint.name(), name, value)));
      copied
          .headers()
          .forEach((name, value) -> parts.addAll(List.of("h", endpoint.name(), name, value)));
    });
    if (request.idToken() != null) {
      parts.addAll(List.of("i", request.idToken().reveal()));
    }
    return parts;
  }

  /** Query, then a body that has been read, then the headers: the first that has it. */
  private static @Nullable String parameter(String name, RequestView request, boolean alsoHeaders) {
    List<@Nullable String> values = Parameters.inQuery(request, name);
    if (values.isEmpty()) {
      values = Parameters.inBody(request, name);
    }
    if (values.isEmpty() && alsoHeaders) {
      values = Parameters.inHeaders(request, name);
    }
    return only(values);
  }

  private static @Nullable String only(List<@Nullable String> values) {
    if (values.size() > 1) {
      throw Failure.of(
              Kind.AMBIGUOUS_CREDENTIAL, "a parameter for a call of the issuer is there twice")
          .toException();
    }
    return values.isEmpty() ? null : values.get(0);
  }
}
