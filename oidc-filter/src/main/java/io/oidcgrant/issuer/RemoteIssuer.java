package io.oidcgrant.issuer;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import io.oidcgrant.http.IdpClient;
import io.oidcgrant.observe.GrantObserver.Endpoint;
import io.oidcgrant.observe.IssuerCall;
import io.oidcgrant.observe.IssuerCalls;
import io.oidcgrant.protocol.EndpointAddress;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Printable;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One issuer: its metadata, discovered in the background from the start and again every 5 seconds
 * until that succeeds, then kept and renewed now and then; and its keys. A failed renewal leaves
 * the last good copy. Safe for concurrent use.
 */
public final class RemoteIssuer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteIssuer.class);
  private static final int MAX_DOCUMENT_BYTES = 64 * 1024;
  private static final Duration RETRY = Duration.ofSeconds(5);
  private static final Duration RENEWAL = Duration.ofHours(1);

  private final IssuerSettings settings;
  private final IdpClient client;
  private final ScheduledExecutorService scheduler;
  private final InstantSource clock;
  private final IssuerCalls calls;
  private final RemoteKeys keys;

  private final Object lock = new Object();
  private @Nullable IssuerMetadata known; // guarded by lock
  private Instant readAt = Instant.EPOCH; // guarded by lock
  private @Nullable CompletableFuture<IssuerMetadata> attempt; // guarded by lock
  private @Nullable Failure lastFailure; // guarded by lock
  private boolean closed; // guarded by lock

  private RemoteIssuer(
      IssuerSettings settings,
      IdpClient client,
      ScheduledExecutorService scheduler,
      InstantSource clock,
      IssuerCalls calls) {
    this.settings = settings;
    this.client = client;
    this.scheduler = scheduler;
    this.clock = clock;
    this.calls = calls;
    this.keys = new RemoteKeys(
        settings.issuer(),
        client,
        clock,
        calls,
        settings.rediscovery(),
        settings.maxStale(),
        this::jwksUri);
  }

  /** Starts to discover. */
  public static RemoteIssuer start(
      IssuerSettings settings,
      IdpClient client,
      ScheduledExecutorService scheduler,
      InstantSource clock,
      IssuerCalls calls) {
    return start(settings, client, scheduler, clock, calls, Optional.empty());
  }

  /**
   * The same.
   *
   * @param before one with these settings, whose last good copies serve meanwhile
   */
  public static RemoteIssuer start(
      IssuerSettings settings,
      IdpClient client,
      ScheduledExecutorService scheduler,
      InstantSource clock,
      IssuerCalls calls,
      Optional<RemoteIssuer> before) {
    RemoteIssuer issuer = new RemoteIssuer(settings, client, scheduler, clock, calls);
    before.ifPresent(issuer::inherit);
    if (settings.discoveryDocument().isEmpty()) {
      issuer.known = new IssuerMetadata(
          settings.issuer(),
          settings.endpoints(),
          settings.mtlsEndpoints(),
          settings.jwksEndpoint(),
          Map.of());
    } else {
      issuer.discover();
    }
    return issuer;
  }

  private void inherit(RemoteIssuer other) {
    IssuerMetadata metadata;
    synchronized (other.lock) {
      metadata = other.known;
    }
    synchronized (lock) {
      known = metadata;
    }
    keys.inherit(other.keys);
  }

  /**
   * The metadata; waits for a first discovery that is under way, fails at once between two
   * attempts.
   */
  public CompletionStage<IssuerMetadata> metadata() {
    synchronized (lock) {
      if (known != null) {
        if (settings.discoveryDocument().isPresent() && attempt == null && old()) {
          discover();
        }
        return CompletableFuture.completedFuture(known);
      }
      if (attempt != null) {
        return attempt.copy();
      }
      Failure failure = lastFailure;
      return CompletableFuture.failedFuture(
          (failure == null ? Failure.of(Kind.ISSUER_UNAVAILABLE, "not discovered yet") : failure)
              .toException());
    }
  }

  private boolean old() {
    Duration age = Duration.between(readAt, clock.instant());
    return age.isNegative() || age.compareTo(RENEWAL) > 0;
  }

  public RemoteKeys keys() {
    return keys;
  }

  public IssuerStatus status() {
    synchronized (lock) {
      Failure failure = lastFailure != null ? lastFailure : keys.lastFailure();
      return new IssuerStatus(
          settings.issuer(),
          known != null,
          known != null && failure == null,
          failure == null ? (known == null ? "not discovered yet" : "") : failure.detail(),
          keys.sinceFetched());
    }
  }

  /**
   * Reads the metadata and then the keys again; what is known serves until then. What is not known
   * yet is tried again as it is.
   */
  public void rediscover() {
    CompletionStage<?> read = CompletableFuture.completedFuture(null);
    synchronized (lock) {
      if (known == null || lastFailure != null) {
        return;
      }
      if (attempt == null && settings.discoveryDocument().isPresent()) {
        discover();
      }
      read = attempt == null ? read : attempt.copy();
    }
    var unused = read.whenComplete((done, error) -> keys.renew());
  }

  private CompletionStage<URI> jwksUri() {
    return metadata()
        .thenApply(metadata -> metadata
            .jwksUri()
            .orElseThrow(() -> Failure.of(Kind.KEYS_UNAVAILABLE, "the issuer names no jwks_uri")
                .toException()));
  }

  private void discover() {
    CompletableFuture<IssuerMetadata> started = new CompletableFuture<>();
    synchronized (lock) {
      if (closed) {
        return;
      }
      attempt = started;
      readAt = clock.instant();
    }
    HTTPRequest request =
        new HTTPRequest(HTTPRequest.Method.GET, settings.discoveryDocument().orElseThrow());
    request.setAccept("application/json");
    settings.headers().forEach(request::setHeader);
    IssuerCall call = calls.begin(Endpoint.DISCOVERY, null);
    var unused = call.watch(
            () -> client.exchange(call, request, MAX_DOCUMENT_BYTES).thenApply(this::parse))
        .whenComplete((metadata, error) -> finish(started, metadata, error));
  }

  private void finish(
      CompletableFuture<IssuerMetadata> started,
      @Nullable IssuerMetadata metadata,
      @Nullable Throwable error) {
    if (metadata != null) {
      synchronized (lock) {
        known = metadata;
        lastFailure = null;
        attempt = null;
      }
      LOG.info("discovered issuer {}", settings.issuer());
      started.complete(metadata);
      keys.warmUp();
      return;
    }
    Failure failure =
        error == null ? Failure.of(Kind.INTERNAL, "no metadata") : GrantException.failureOf(error);
    Failure told =
        Failure.retryAfter(Kind.ISSUER_UNAVAILABLE, "discovery failed: " + failure.detail(), RETRY);
    synchronized (lock) {
      lastFailure = told;
      attempt = null;
      if (!closed) {
        var unused = scheduler.schedule(this::discover, RETRY.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
    LOG.error("discovery of issuer {} failed: {}", settings.issuer(), failure.detail());
    started.completeExceptionally(told.toException());
  }

  private IssuerMetadata parse(HTTPResponse response) {
    if (response.getStatusCode() != 200) {
      throw unusable("the discovery document was answered with " + response.getStatusCode());
    }
    try {
      Map<String, Object> document = JSONObjectUtils.parse(response.getBody());
      if (document == null) {
        throw new ParseException("null", 0);
      }
      String issuer = JSONObjectUtils.getString(document, "issuer");
      // Discovery 4.3, RFC 8414 3.3: to the letter, or this is somebody else's document.
      if (!settings.issuer().equals(issuer)) {
        throw unusable("the discovery document is of issuer "
            + Printable.of(issuer)
            + ", configured is "
            + settings.issuer());
      }
      return metadata(document);
    } catch (ParseException e) {
      throw unusable("the discovery document is not what it should be");
    }
  }

  private IssuerMetadata metadata(Map<String, Object> document) throws ParseException {
    Map<String, Object> written = JSONObjectUtils.getJSONObject(document, "mtls_endpoint_aliases");
    Map<String, Object> aliases = written == null ? Map.of() : written;
    Map<IssuerEndpoint, URI> endpoints = new EnumMap<>(IssuerEndpoint.class);
    Map<IssuerEndpoint, URI> mtlsEndpoints = new EnumMap<>(IssuerEndpoint.class);
    Map<IssuerEndpoint, List<String>> methods = new EnumMap<>(IssuerEndpoint.class);
    for (IssuerEndpoint endpoint : IssuerEndpoint.values()) {
      String name = endpoint.metadataName();
      URI configured = settings.endpoints().get(endpoint);
      Optional.ofNullable(configured)
          .or(() -> address(document, name))
          .ifPresent(uri -> endpoints.put(endpoint, uri));
      // What was configured goes before what was discovered, an alias before the endpoint itself.
      Optional.ofNullable(settings.mtlsEndpoints().get(endpoint))
          .or(() -> configured == null ? address(aliases, name) : Optional.empty())
          .ifPresent(uri -> mtlsEndpoints.put(endpoint, uri));
      List<String> supported =
          JSONObjectUtils.getStringList(document, name + "_auth_methods_supported");
      if (supported != null) {
        methods.put(endpoint, List.copyOf(supported));
      }
    }
    return new IssuerMetadata(
        settings.issuer(),
        Map.copyOf(endpoints),
        Map.copyOf(mtlsEndpoints),
        settings.jwksEndpoint().or(() -> address(document, "jwks_uri")),
        Map.copyOf(methods));
  }

  private Optional<URI> address(Map<String, Object> document, String name) {
    if (!(document.get(name) instanceof String text)) {
      return Optional.empty();
    }
    EndpointAddress.wrong(text, settings.httpAllowed()).ifPresent(wrong -> {
      throw unusable("the discovery document's " + name + " " + wrong);
    });
    return Optional.of(URI.create(text));
  }

  private static GrantException unusable(String detail) {
    return Failure.of(Kind.ANSWER_UNUSABLE, detail).toException();
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
  }
}
