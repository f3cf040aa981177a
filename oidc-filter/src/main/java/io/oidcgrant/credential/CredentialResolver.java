package io.oidcgrant.credential;

import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the credential of a request: methods in their fixed order, in each the enabled locations;
 * the first complete find wins. Two values for one credential, or one parameter twice, are refused
 * (RFC 6750 section 2). Immutable, safe for concurrent use.
 */
public final class CredentialResolver {
  private static final Finding NEEDS_BODY = new Finding.NeedsBody(Set.of());
  private static final Finding NOTHING =
      new Finding.Missing(Failure.of(Kind.NO_CREDENTIAL, "no credential where one is looked for"));
  private static final Finding MALFORMED = new Finding.Missing(
      Failure.of(Kind.MALFORMED_CREDENTIAL, "malformed credential in a header"));
  private static final Finding TOO_LARGE = new Finding.Missing(
      Failure.of(Kind.BODY_TOO_LARGE, "body too large to be searched for a credential"));

  private final List<CredentialMethod> methods;
  private final long bodyLimit;
  private final boolean searchesBodies;
  private final Predicate<RequestView> alsoWantsBody;

  /**
   * @param methods in the order in which they are tried
   * @param bodyLimit largest body that is searched, bytes
   * @param alsoWantsBody whether something else than a credential may be in the body
   */
  public CredentialResolver(
      List<CredentialMethod> methods, long bodyLimit, Predicate<RequestView> alsoWantsBody) {
    this.methods = List.copyOf(methods);
    this.bodyLimit = bodyLimit;
    this.searchesBodies = methods.stream().anyMatch(method -> method.looksIn("body"));
    this.alsoWantsBody = alsoWantsBody;
  }

  /**
   * Searches. A body of an announced length within the limit is searched with the rest. Any other
   * body is asked for only where header and query gave nothing, so that what need not be searched
   * is streamed.
   */
  public Finding resolve(RequestView request) {
    SearchableBody kind =
        searchesBodies || alsoWantsBody.test(request) ? SearchableBody.of(request) : null;
    boolean unread = kind != null && request.body().isEmpty();
    Finding finding = search(request, unread ? null : kind);
    if (!unread || refused(finding)) {
      return finding;
    }
    long length = request.contentLength();
    if (finding instanceof Finding.Found found) {
      return length >= 0 && length <= bodyLimit
          ? new Finding.NeedsBody(found.hiding().queryNames())
          : found;
    }
    if (!searchesBodies) {
      return finding;
    }
    return length > bodyLimit ? TOO_LARGE : NEEDS_BODY;
  }

  private static boolean refused(Finding finding) {
    return finding instanceof Finding.Missing missing
        && missing.failure().kind().status() == 400;
  }

  private Finding search(RequestView request, @Nullable SearchableBody body) {
    boolean malformed = false;
    for (CredentialMethod method : methods) {
      Search search = new Search(method, request, body);
      Finding finding = search.run();
      if (finding != null) {
        return finding;
      }
      malformed |= search.malformed;
    }
    return malformed ? MALFORMED : NOTHING;
  }

  /** One method's search through one request. */
  private static final class Search {
    private final CredentialMethod method;
    private final RequestView request;
    private final @Nullable SearchableBody bodyKind;
    private @Nullable Credential credential;
    private @Nullable Failure refusal;
    private boolean malformed;
    private final Set<String> headers = new HashSet<>(2);
    private Set<String> queryNames = Set.of();
    private Set<String> bodyNames = Set.of();

    Search(CredentialMethod method, RequestView request, @Nullable SearchableBody bodyKind) {
      this.method = method;
      this.request = request;
      this.bodyKind = bodyKind;
    }

    /** Null where this method finds nothing. */
    @Nullable Finding run() {
      if (method.looksIn("header")) {
        method.headers().forEach(this::header);
      }
      String query = request.rawQuery();
      if (method.looksIn("query") && query != null) {
        if (parameters(name -> FormParameters.values(query, name))) {
          queryNames = new HashSet<>(method.names());
        }
      }
      if (method.looksIn("body") && bodyKind != null) {
        byte[] body = request.body().orElseThrow();
        if (parameters(name -> bodyKind.values(body, name))) {
          bodyNames = new HashSet<>(method.names());
        }
      }
      String cookie = method.looksIn("cookie") ? method.cookie() : null;
      Set<String> cookies = cookie != null && parameters(name -> Cookies.values(request, cookie))
          ? Set.of(cookie)
          : Set.of();
      if (refusal != null) {
        return new Finding.Missing(refusal);
      }
      return credential == null
          ? null
          : new Finding.Found(
              credential,
              new Hiding(headers, queryNames, bodyNames, cookies),
              place(),
              !queryNames.isEmpty());
    }

    private Place place() {
      if (!headers.isEmpty()) {
        return Place.HEADER;
      }
      if (!queryNames.isEmpty()) {
        return Place.QUERY;
      }
      if (bodyNames.isEmpty()) {
        return Place.COOKIE;
      }
      return bodyKind == SearchableBody.FORM ? Place.FORM : Place.JSON;
    }

    private void header(String header) {
      String value = null;
      if (method.basic()) {
        for (String line : request.headers(header)) {
          if (BasicCredentials.isBasic(line)) {
            value = once(value, line);
          }
        }
      } else {
        for (String name : request.headerNames()) {
          if (sameName(name, header)) {
            for (String line : request.headers(name)) {
              value = once(value, line);
            }
          }
        }
      }
      if (value == null) {
        return;
      }
      Credential found = method.ofHeader(header, value);
      if (found == null) {
        if (method.basic()) {
          malformed = true;
        } else if (!value.isBlank() && method.isMeantBy(header, value)) {
          refuse(Kind.MALFORMED_REQUEST, "the header of the credential is malformed");
        }
        return;
      }
      found(found);
      headers.add(HeaderNames.folded(header));
    }

    private static boolean sameName(String a, String b) {
      return HeaderNames.same(a, b) && a.indexOf('.') < 0;
    }

    private String once(@Nullable String earlier, String line) {
      if (earlier != null) {
        refuse(Kind.AMBIGUOUS_CREDENTIAL, "more than one header with a credential");
      }
      return line;
    }

    private interface Lookup {
      List<? extends @Nullable String> values(String name);
    }

    /** Whether all the method's parameters are there. */
    private boolean parameters(Lookup lookup) {
      List<String> parts = new ArrayList<>(2);
      for (String name : method.names()) {
        List<? extends @Nullable String> values = lookup.values(name);
        if (values.size() > 1) {
          refuse(Kind.AMBIGUOUS_CREDENTIAL, "a parameter of the credential is there twice");
          return false;
        }
        if (values.isEmpty()) {
          return false;
        }
        String value = values.get(0);
        if (value == null
            || hasControl(value)
            || (!method.basic() && !value.isBlank() && !CredentialMethod.visible(value.strip()))) {
          refuse(Kind.MALFORMED_REQUEST, "a parameter of the credential is malformed");
          return false;
        }
        if (value.isBlank()) {
          return false;
        }
        parts.add(value);
      }
      found(method.credential().apply(parts));
      return true;
    }

    private static boolean hasControl(String value) {
      return value.chars().anyMatch(Character::isISOControl);
    }

    private void found(Credential other) {
      if (credential != null && !credential.equals(other)) {
        refuse(Kind.AMBIGUOUS_CREDENTIAL, "two different values for one credential");
      }
      credential = other;
    }

    private void refuse(Kind kind, String detail) {
      if (refusal == null) {
        refusal = Failure.of(kind, detail);
      }
    }
  }
}
