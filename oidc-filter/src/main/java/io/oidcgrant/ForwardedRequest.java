package io.oidcgrant;

import io.oidcgrant.credential.Cookies;
import io.oidcgrant.credential.FormParameters;
import io.oidcgrant.credential.HeaderNames;
import io.oidcgrant.credential.Hiding;
import io.oidcgrant.credential.RequestView;
import io.oidcgrant.credential.SearchableBody;
import io.oidcgrant.propagate.Propagation;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The request as it goes on: without the credential that was used, without what the caller sent
 * under names that are ours, with our headers, and with the body that was read. Until
 * {@link #grant} it is the caller's own. One per request.
 */
final class ForwardedRequest extends HttpServletRequestWrapper {
  private final HttpServletRequest original;
  private @Nullable Propagation propagation;
  private Hiding hiding = Hiding.none();
  private volatile List<String> headers = List.of();
  private List<String> told = List.of();
  private @Nullable CallerPrincipal principal;
  private @Nullable String authType;
  private @Nullable UpstreamProof proof;
  private Instant streamEnd = Instant.MAX;
  private Duration streamGrace = Duration.ZERO;
  private @Nullable Function<RequestView, CompletionStage<@Nullable Void>> revocation;
  private @Nullable String madeProof;
  private @Nullable ServletResponse response;
  private boolean beginning;
  private Set<String> hiddenParameters = Set.of();
  private byte @Nullable [] body;
  private @Nullable ReplayedInput input;
  private @Nullable BufferedReader reader;
  private @Nullable Map<String, String[]> parameters;

  ForwardedRequest(HttpServletRequest original) {
    super(original);
    this.original = original;
  }

  /** Begins asynchronous mode. */
  AsyncContext begin(ServletResponse answer) {
    return startAsync(this, answer);
  }

  /** A request that hides these parameters of its query from the start. */
  static ForwardedRequest without(HttpServletRequest original, Set<String> queryNames) {
    ForwardedRequest forwarded = new ForwardedRequest(original);
    forwarded.hideFromQuery(queryNames);
    return forwarded;
  }

  /** Takes parameters out of the query. */
  void hideFromQuery(Set<String> names) {
    if (!names.isEmpty()) {
      hiddenParameters = names;
    }
  }

  /**
   * Tomcat has the target of a dispatch stand under this request for as long as that lasts, with a
   * query and parameters of its own.
   */
  @Override
  public void setRequest(ServletRequest request) {
    super.setRequest(request);
    parameters = null;
  }

  private HttpServletRequest inner() {
    return (HttpServletRequest) getRequest();
  }

  /**
   * Fills it, once, before it goes on.
   *
   * @param seen as it was searched, with the body where that was read
   * @param added names and values for the upstream, one after the other
   * @param answer what goes on with it
   */
  void grant(
      RequestView seen,
      Hiding hidden,
      Propagation rules,
      List<String> added,
      ServletResponse answer) {
    response = answer;
    propagation = rules;
    hiding = hidden;
    headers = added;
    hideFromQuery(hidden.queryNames());
    byte[] read = seen.body().orElse(null);
    if (read != null && whole(read)) {
      SearchableBody kind = SearchableBody.of(seen);
      body = kind == null || hidden.bodyNames().isEmpty()
          ? read
          : kind.without(read, hidden.bodyNames());
    } else if (original.isAsyncStarted() && !seen.mayHaveBody()) {
      // After a dispatch, Tomcat tells no listener of the end of a body that there is not.
      input = new ReplayedInput(new byte[0]);
    }
  }

  /**
   * Takes note of when the token ends with which it goes on, and of what a stream may outlast it.
   */
  void endStreams(Instant endOfToken, Duration grace) {
    streamEnd = endOfToken;
    streamGrace = grace;
  }

  /** When streams that it opens are to end; null where nobody said. */
  @Nullable Instant streamEnd() {
    return streamEnd.equals(Instant.MAX) ? null : streamEnd.plus(streamGrace);
  }

  /** Takes note of the headers that the caller gets: names and values, one after the other. */
  void tell(List<String> headersOfAnswer) {
    told = headersOfAnswer;
  }

  /** Whether the caller gets a header of this name from us. */
  boolean tells(String name) {
    for (int i = 0; i < told.size(); i += 2) {
      if (HeaderNames.same(told.get(i), name)) {
        return true;
      }
    }
    return false;
  }

  /** Sets other headers than at first: names and values, one after the other. */
  void replace(List<String> added) {
    headers = added;
  }

  /** Says who the caller is. */
  void identify(CallerPrincipal caller, String scheme) {
    principal = caller;
    authType = scheme;
    original.setAttribute(CallerPrincipal.ATTRIBUTE, caller);
  }

  /** How the tokens of this request are ended, given the request that asks for it. */
  void revokeBy(Function<RequestView, CompletionStage<@Nullable Void>> means) {
    revocation = means;
  }

  CompletionStage<@Nullable Void> revoke() {
    return revocation == null
        ? CompletableFuture.completedFuture(null)
        : revocation.apply(new IncomingRequest(this, null));
  }

  /** Has the access token go with proofs. */
  void prove(UpstreamProof maker) {
    proof = maker;
  }

  @Nullable UpstreamProof proof() {
    return proof;
  }

  /** The body where it was read; null where it is still to come. */
  byte @Nullable [] readBody() {
    return body;
  }

  /** Not where somebody before us has read the body, or a part of it. */
  private boolean whole(byte[] read) {
    long announced = original.getContentLengthLong();
    return announced < 0 ? read.length > 0 : read.length == announced;
  }

  /**
   * The same for another request object of the same exchange, such as containers pass on for an
   * error page.
   */
  ForwardedRequest over(HttpServletRequest other) {
    ForwardedRequest copy = new ForwardedRequest(other);
    copy.propagation = propagation;
    copy.hiding = hiding;
    copy.headers = headers;
    copy.principal = principal;
    copy.authType = authType;
    copy.proof = proof;
    copy.revocation = revocation;
    copy.madeProof = madeProof;
    copy.response = response;
    copy.hideFromQuery(hiding.queryNames());
    copy.body = body;
    copy.input = input;
    copy.reader = reader;
    return copy;
  }

  /** Whether {@code request} is this one, or something around it. */
  boolean isWithin(ServletRequest request) {
    ServletRequest inner = request;
    while (inner != this && inner instanceof ServletRequestWrapper wrapper) {
      inner = wrapper.getRequest();
    }
    return inner == this;
  }

  /** Names and values that were set, one after the other. */
  List<String> added() {
    return headers;
  }

  /** Whether what the caller sent under this name must not go on. */
  boolean withholds(String name) {
    if (propagation == null) {
      return false;
    }
    if (propagation.manages(name)) {
      return true;
    }
    for (String hidden : hiding.headers()) {
      if (HeaderNames.same(hidden, name)) {
        return true;
      }
    }
    return false;
  }

  private @Nullable String addedValue(String name) {
    for (int i = 0; i < headers.size(); i += 2) {
      if (headers.get(i).equalsIgnoreCase(name)) {
        return headers.get(i + 1);
      }
    }
    return proof != null && name.equalsIgnoreCase(Propagation.PROOF) ? ownProof(proof) : null;
  }

  /** For an application behind the filter: for the request as it is. Relays make their own. */
  private String ownProof(UpstreamProof maker) {
    if (madeProof == null) {
      String url = original.getRequestURL().toString();
      String path = original.getRequestURI();
      String base = url.endsWith(path) ? url.substring(0, url.length() - path.length()) : url;
      madeProof = maker.make(original.getMethod(), base, path);
    }
    return madeProof;
  }

  private boolean bodyReplaced() {
    return body != null;
  }

  @Override
  public @Nullable String getHeader(String name) {
    Enumeration<String> values = getHeaders(name);
    return values.hasMoreElements() ? values.nextElement() : null;
  }

  @Override
  public Enumeration<String> getHeaders(String name) {
    String added = addedValue(name);
    if (added != null) {
      return Collections.enumeration(List.of(added));
    }
    if (withholds(name)) {
      return Collections.emptyEnumeration();
    }
    if (bodyReplaced() && name.equalsIgnoreCase("Content-Length")) {
      return Collections.enumeration(List.of(Long.toString(getContentLengthLong())));
    }
    if (bodyReplaced() && name.equalsIgnoreCase("Transfer-Encoding")) {
      return Collections.emptyEnumeration();
    }
    if (name.equalsIgnoreCase("Cookie") && !hiding.cookieNames().isEmpty()) {
      return cookies();
    }
    return name.equalsIgnoreCase("Connection") ? connection() : original.getHeaders(name);
  }

  private Enumeration<String> cookies() {
    List<String> lines = new ArrayList<>(1);
    for (String line : Collections.list(original.getHeaders("Cookie"))) {
      String rest = line;
      for (String hidden : hiding.cookieNames()) {
        rest = Cookies.without(rest, hidden);
      }
      if (!rest.isEmpty()) {
        lines.add(rest);
      }
    }
    return Collections.enumeration(lines);
  }

  @Override
  public Cookie @Nullable [] getCookies() {
    Cookie[] all = original.getCookies();
    return all == null || hiding.cookieNames().isEmpty()
        ? all
        : Arrays.stream(all)
            .filter(cookie -> !hiding.cookieNames().contains(cookie.getName()))
            .toArray(Cookie[]::new);
  }

  @Override
  public @Nullable Principal getUserPrincipal() {
    return principal == null ? original.getUserPrincipal() : principal;
  }

  @Override
  public @Nullable String getRemoteUser() {
    if (principal == null) {
      return original.getRemoteUser();
    }
    return principal.getName().isEmpty() ? null : principal.getName();
  }

  @Override
  public boolean isUserInRole(String role) {
    if (principal == null) {
      return original.isUserInRole(role);
    }
    // Servlet 6.0 section 13.3: * is nobody's role, ** is everybody's who is authenticated.
    return !"*".equals(role) && ("**".equals(role) || principal.roles().contains(role));
  }

  @Override
  public @Nullable String getAuthType() {
    return principal == null ? original.getAuthType() : authType;
  }

  /** What we set must arrive, whatever the caller calls hop-by-hop (RFC 9110 section 7.6.1). */
  private Enumeration<String> connection() {
    List<String> lines = new ArrayList<>(1);
    for (String line : Collections.list(original.getHeaders("Connection"))) {
      StringJoiner kept = new StringJoiner(", ");
      for (String option : line.split(",", -1)) {
        if (!option.isBlank() && !withholds(option.strip())) {
          kept.add(option.strip());
        }
      }
      if (kept.length() > 0) {
        lines.add(kept.toString());
      }
    }
    return Collections.enumeration(lines);
  }

  @Override
  public Enumeration<String> getHeaderNames() {
    List<String> names = new ArrayList<>();
    boolean lengthNamed = false;
    for (Enumeration<String> all = original.getHeaderNames(); all.hasMoreElements(); ) {
      String name = all.nextElement();
      boolean length = name.equalsIgnoreCase("Content-Length");
      lengthNamed |= length;
      if (!withholds(name)
          && (!bodyReplaced() || !name.equalsIgnoreCase("Transfer-Encoding"))
          && (!name.equalsIgnoreCase("Connection") || connection().hasMoreElements())
          && (!name.equalsIgnoreCase("Cookie") || getHeaders(name).hasMoreElements())) {
        names.add(name);
      }
    }
    if (bodyReplaced() && !lengthNamed) {
      names.add("Content-Length");
    }
    for (int i = 0; i < headers.size(); i += 2) {
      names.add(headers.get(i));
    }
    if (proof != null) {
      names.add(Propagation.PROOF);
    }
    return Collections.enumeration(names);
  }

  @Override
  public int getIntHeader(String name) {
    String value = getHeader(name);
    return value == null ? -1 : Integer.parseInt(value);
  }

  @Override
  public long getDateHeader(String name) {
    return withholds(name) ? -1 : original.getDateHeader(name);
  }

  /** Trailers are headers too (RFC 9110 section 6.5.1). */
  @Override
  public Map<String, String> getTrailerFields() {
    Map<String, String> trailers = new LinkedHashMap<>(original.getTrailerFields());
    trailers.keySet().removeIf(this::withholds);
    return trailers;
  }

  /** With this request, which the container would leave out. */
  @Override
  public AsyncContext startAsync() {
    return response == null ? original.startAsync() : begin(response);
  }

  /**
   * Jetty would keep the query of this moment and give its parameters to the application a second
   * time: it is told of none.
   */
  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse answer) {
    beginning = true;
    try {
      return original.startAsync(request, answer);
    } finally {
      beginning = false;
    }
  }

  @Override
  public @Nullable String getQueryString() {
    String query = beginning ? null : inner().getQueryString();
    if (query == null || hiddenParameters.isEmpty()) {
      return query;
    }
    String rest = FormParameters.without(query, hiddenParameters);
    return rest.isEmpty() ? null : rest;
  }

  @Override
  public int getContentLength() {
    return body == null ? original.getContentLength() : body.length;
  }

  @Override
  public long getContentLengthLong() {
    return body == null ? original.getContentLengthLong() : body.length;
  }

  @Override
  public ServletInputStream getInputStream() throws IOException {
    if (body == null) {
      return input == null ? original.getInputStream() : input;
    }
    if (reader != null) {
      throw new IllegalStateException("getReader() has been called");
    }
    if (input == null) {
      input = new ReplayedInput(body);
    }
    return input;
  }

  @Override
  public BufferedReader getReader() throws IOException {
    if (body == null) {
      return original.getReader();
    }
    if (input != null) {
      throw new IllegalStateException("getInputStream() has been called");
    }
    if (reader == null) {
      String encoding = getCharacterEncoding();
      Charset charset = encoding == null ? StandardCharsets.UTF_8 : Charset.forName(encoding);
      reader = new BufferedReader(new InputStreamReader(new ReplayedInput(body), charset));
    }
    return reader;
  }

  @Override
  public @Nullable String getParameter(String name) {
    String[] values = getParameterValues(name);
    return values == null ? null : values[0];
  }

  @Override
  public String @Nullable [] getParameterValues(String name) {
    String[] values = parameters().get(name);
    return values == null ? null : values.clone();
  }

  @Override
  public Enumeration<String> getParameterNames() {
    return Collections.enumeration(parameters().keySet());
  }

  @Override
  public Map<String, String[]> getParameterMap() {
    return Collections.unmodifiableMap(parameters());
  }

  private Map<String, String[]> parameters() {
    if (parameters == null) {
      parameters = body == null ? containerParameters() : ownParameters(body);
    }
    return parameters;
  }

  /** The container's, less the hidden ones of the query. */
  private Map<String, String[]> containerParameters() {
    if (hiddenParameters.isEmpty()) {
      return inner().getParameterMap();
    }
    Map<String, String[]> rest = new LinkedHashMap<>(inner().getParameterMap());
    rest.keySet().removeAll(hiddenParameters);
    return rest;
  }

  /** The container cannot parse a body that has been read. */
  private Map<String, String[]> ownParameters(byte[] read) {
    Map<String, List<String>> all = new LinkedHashMap<>();
    String type = original.getContentType();
    String query = getQueryString();
    if (inner() != original) {
      containerParameters()
          .forEach((name, values) -> all.put(name, new ArrayList<>(List.of(values))));
    } else if (query != null) {
      FormParameters.forEach(
          query,
          (name, value) -> all.computeIfAbsent(name, key -> new ArrayList<>()).add(value));
    }
    if (type != null
        && type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) {
      FormParameters.forEach(
          new String(read, StandardCharsets.ISO_8859_1),
          (name, value) -> all.computeIfAbsent(name, key -> new ArrayList<>()).add(value));
    }
    Map<String, String[]> arrays = new LinkedHashMap<>();
    all.forEach((name, values) -> arrays.put(name, values.toArray(String[]::new)));
    return arrays;
  }
}
