package io.oidcgrant.issuer;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import io.oidcgrant.http.IdpClient;
import io.oidcgrant.observe.GrantObserver.Endpoint;
import io.oidcgrant.observe.IssuerCall;
import io.oidcgrant.observe.IssuerCalls;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Printable;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuer's keys (RFC 7517 section 5): fetched once for all who wait, renewed in the background,
 * kept while the issuer cannot be reached, and fetched again for a key that is not among them, but
 * not more often than allowed. Safe for concurrent use.
 */
public final class RemoteKeys {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteKeys.class);
  private static final int MAX_SET_BYTES = 512 * 1024;
  private static final Duration RENEWAL = Duration.ofMinutes(10);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

  /** A good copy and when it came. */
  private record Copy(JWKSet set, Instant fetchedAt) {}

  private final String name;
  private final IdpClient client;
  private final InstantSource clock;
  private final IssuerCalls calls;
  private final Duration rediscovery;
  private final Duration maxStale;
  private final Supplier<CompletionStage<URI>> address;

  private final Object lock = new Object();
  private volatile @Nullable Copy copy;
  private @Nullable CompletableFuture<JWKSet> fetch; // guarded by lock
  private Instant triedAt = Instant.EPOCH; // guarded by lock
  private Instant soughtAt = Instant.EPOCH; // guarded by lock
  private volatile @Nullable Failure lastFailure;

  /**
   * Prepares to fetch.
   *
   * @param name for observers
   */
  RemoteKeys(
      String name,
      IdpClient client,
      InstantSource clock,
      IssuerCalls calls,
      Duration rediscovery,
      Duration maxStale,
      Supplier<CompletionStage<URI>> address) {
    this.name = name;
    this.client = client;
    this.clock = clock;
    this.calls = calls;
    this.rediscovery = rediscovery;
    this.maxStale = maxStale;
    this.address = address;
  }

  /**
   * Keys at an address that no metadata names; the first fetch begins.
   *
   * @param rediscovery least time between two fetches for unknown key ids
   * @param maxStale how long keys serve that could not be fetched again
   */
  public static RemoteKeys at(
      URI address,
      IdpClient client,
      InstantSource clock,
      IssuerCalls calls,
      Duration rediscovery,
      Duration maxStale) {
    RemoteKeys keys = new RemoteKeys(
        address.getScheme() + "://" + address.getRawAuthority() + address.getRawPath(),
        client,
        clock,
        calls,
        rediscovery,
        maxStale,
        () -> CompletableFuture.completedFuture(address));
    keys.warmUp();
    return keys;
  }

  /**
   * The keys as last fetched, at most {@code jwks_max_stale} ago; else those that a fetch brings.
   */
  public CompletionStage<JWKSet> current() {
    Copy now = copy;
    if (now != null && age(now.fetchedAt()).compareTo(maxStale) <= 0) {
      if (age(now.fetchedAt()).compareTo(RENEWAL) > 0 && mayFetch()) {
        var unused = fetch();
      }
      return CompletableFuture.completedFuture(now.set());
    }
    synchronized (lock) {
      if (fetch == null && lastFailure != null && !mayFetch()) {
        return CompletableFuture.failedFuture(unavailable(lastFailure).toException());
      }
    }
    return fetch();
  }

  /** Keys newer than {@code seen}, where they may be fetched now; else {@code seen}. */
  @SuppressWarnings("ReferenceEquality") // the copy itself is meant, not what is in it
  public CompletionStage<JWKSet> newerThan(JWKSet seen) {
    CompletableFuture<JWKSet> started;
    synchronized (lock) {
      Copy now = copy;
      if (now != null && now.set() != seen) {
        return CompletableFuture.completedFuture(now.set());
      }
      if (fetch != null) {
        return fetch.copy().exceptionally(error -> seen);
      }
      if (!maySeek()) {
        return CompletableFuture.completedFuture(seen);
      }
      started = begin();
      soughtAt = triedAt;
    }
    return run(started).exceptionally(error -> seen);
  }

  void warmUp() {
    if (copy == null) {
      var unused = fetch();
    }
  }

  /** For observers: the issuer, or the address without its query. */
  public String name() {
    return name;
  }

  /** Starts from what another has fetched. */
  void inherit(RemoteKeys other) {
    copy = other.copy;
  }

  /** Fetches them whatever there is. */
  void renew() {
    var unused = fetch();
  }

  /** Empty where they never were. */
  public Optional<Duration> sinceFetched() {
    Copy now = copy;
    return now == null
        ? Optional.empty()
        : Optional.of(Duration.between(now.fetchedAt(), clock.instant()));
  }

  @Nullable Failure lastFailure() {
    return lastFailure;
  }

  private boolean mayFetch() {
    synchronized (lock) {
      return age(triedAt).compareTo(lastFailure == null ? rediscovery : AFTER_FAILURE) >= 0;
    }
  }

  /**
   * For a key that is not known: other fetches do not count, or a rotation after one would wait.
   */
  private boolean maySeek() {
    return lastFailure == null
        ? age(soughtAt).compareTo(rediscovery) >= 0
        : age(triedAt).compareTo(AFTER_FAILURE) >= 0;
  }

  /** How long ago; a clock that was set back counts as long ago. */
  private Duration age(Instant then) {
    Duration age = Duration.between(then, clock.instant());
    return age.isNegative() ? Duration.ofDays(365_000) : age;
  }

  private CompletionStage<JWKSet> fetch() {
    CompletableFuture<JWKSet> started;
    synchronized (lock) {
      if (fetch != null) {
        return fetch.copy();
      }
      started = begin();
    }
    return run(started);
  }

  /** A fetch that all join from now on; with the lock held. */
  private CompletableFuture<JWKSet> begin() {
    CompletableFuture<JWKSet> started = new CompletableFuture<>();
    fetch = started;
    triedAt = clock.instant();
    return started;
  }

  private CompletionStage<JWKSet> run(CompletableFuture<JWKSet> started) {
    address.get().thenCompose(this::ask).whenComplete((set, error) -> finish(started, set, error));
    return started.copy();
  }

  private CompletionStage<JWKSet> ask(URI uri) {
    IssuerCall call = calls.begin(Endpoint.JWKS, null);
    return call.watch(
        () -> client.exchange(call, request(uri), MAX_SET_BYTES).thenApply(RemoteKeys::parse));
  }

  private void finish(
      CompletableFuture<JWKSet> started, @Nullable JWKSet set, @Nullable Throwable error) {
    if (set != null) {
      synchronized (lock) {
        copy = new Copy(set, clock.instant());
        lastFailure = null;
        fetch = null;
      }
      calls.observer().keysFetched(name);
      started.complete(set);
      return;
    }
    Failure failure =
        error == null ? Failure.of(Kind.INTERNAL, "no keys") : GrantException.failureOf(error);
    synchronized (lock) {
      lastFailure = failure;
      fetch = null;
    }
    LOG.warn("the issuer's keys could not be fetched: {}", failure.detail());
    started.completeExceptionally(unavailable(failure).toException());
  }

  private static Failure unavailable(Failure cause) {
    return new Failure(
        cause.kind() == Kind.ISSUER_TIMEOUT ? Kind.ISSUER_TIMEOUT : Kind.KEYS_UNAVAILABLE,
        "no keys of the issuer: " + cause.detail(),
        cause.retryAfter());
  }

  private static HTTPRequest request(URI uri) {
    HTTPRequest request = new HTTPRequest(HTTPRequest.Method.GET, uri);
    request.setHeader("Accept", "application/jwk-set+json, application/json");
    return request;
  }

  /** An empty set is no answer: it must not take the place of a good one. */
  private static JWKSet parse(HTTPResponse response) {
    List<JWK> keys = response.getStatusCode() == 200 ? keys(response.getBody()) : List.of();
    if (keys.isEmpty()) {
      throw Failure.of(
              Kind.ANSWER_UNUSABLE,
              "the key set was answered with " + response.getStatusCode() + " and no keys")
          .toException();
    }
    return new JWKSet(keys);
  }

  /** The keys that are understood; others are ignored, not a reason to lose these. */
  private static List<JWK> keys(String body) {
    List<JWK> keys = new ArrayList<>();
    try {
      Map<String, Object> document = JSONObjectUtils.parse(body);
      if (document == null || !(document.get("keys") instanceof List<?> items)) {
        throw new ParseException("no list of keys", 0);
      }
      for (Object item : items) {
        if (item instanceof Map<?, ?> members) {
          key(members).ifPresent(keys::add);
        }
      }
      return keys;
    } catch (ParseException e) {
      throw Failure.of(Kind.ANSWER_UNUSABLE, "the key set is not a JWK set").toException();
    }
  }

  @SuppressWarnings("unchecked") // the names in a JSON object are texts
  private static Optional<JWK> key(Map<?, ?> members) {
    try {
      return Optional.of(JWK.parse((Map<String, Object>) members));
    } catch (ParseException | IllegalArgumentException e) {
      LOG.warn(
          "a key of the issuer is not understood and left out (kid {})",
          Printable.of(String.valueOf(members.get("kid"))));
      return Optional.empty();
    }
  }
}
