package io.oidcgrant.flow;

import io.oidcgrant.cache.CaffeineTokenCache;
import io.oidcgrant.cache.KeyedHash;
import io.oidcgrant.cache.ReplayMemory;
import io.oidcgrant.clientauth.ClientKeys;
import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.http.IdpClient;
import io.oidcgrant.http.ProxySettings;
import io.oidcgrant.http.TlsSettings;
import io.oidcgrant.issuer.IssuerEndpoint;
import io.oidcgrant.issuer.IssuerSettings;
import io.oidcgrant.issuer.IssuerStatus;
import io.oidcgrant.issuer.RemoteIssuer;
import io.oidcgrant.issuer.RemoteKeys;
import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.observe.IssuerCalls;
import io.oidcgrant.protocol.TrustedPeers;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the filters of one process share: threads, connections to issuers, what is known of them,
 * and what is remembered. A filter makes its own where none is given. Safe for concurrent use.
 */
public final class GrantRuntime implements AutoCloseable {
  private static final long MAX_REMEMBERED_BYTES = 64L * 1024 * 1024;

  private static final int MOST_TOLD = 1000;

  private record Way(Duration timeout, TlsSettings tls, ProxySettings proxies) {}

  private record IssuerKey(Way way, IssuerSettings settings) {}

  private record KeySetKey(Way way, URI address, Duration rediscovery, Duration maxStale) {}

  private final InstantSource clock;
  private final ExecutorService executor;
  private final ScheduledExecutorService scheduler;
  private final IssuerCalls calls;
  private final CaffeineTokenCache cache;
  private final TokenMemory memory;
  private final Map<Duration, ReplayMemory> usedProofs = new ConcurrentHashMap<>();
  private volatile TrustedPeers trusted = TrustedPeers.of(List.of());
  private final ClientKeys clientKeys;
  private final Map<Path, ClientKeys> keyFiles = new ConcurrentHashMap<>();
  private final Map<Way, IdpClient> clients = new ConcurrentHashMap<>();
  private final Map<IssuerKey, RemoteIssuer> issuers = new ConcurrentHashMap<>();
  private final Map<KeySetKey, RemoteKeys> keySets = new ConcurrentHashMap<>();

  /** The keys of what the filters in force have asked for. */
  private volatile Set<Object> used = ConcurrentHashMap.newKeySet();

  /** The same of filters that are being made to take their place; null where none are. */
  private volatile @Nullable Set<Object> next;

  /** The issuers that had been discovered when the filters in force were made. */
  private volatile Set<String> discovered = Set.of();

  private final Set<String> told = ConcurrentHashMap.newKeySet();

  private GrantRuntime(InstantSource clock, ClientKeys clientKeys, GrantObserver observer) {
    this.clock = clock;
    this.calls = new IssuerCalls(GrantObserver.fenced(observer));
    this.clientKeys = clientKeys;
    this.executor = Executors.newFixedThreadPool(
        Math.max(4, 2 * Runtime.getRuntime().availableProcessors()), named("oidc-grant"));
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, named("oidc-grant-timer"));
    timer.setRemoveOnCancelPolicy(true);
    this.scheduler = timer;
    this.cache = new CaffeineTokenCache(clock, MAX_REMEMBERED_BYTES, executor);
    this.memory = new TokenMemory(new KeyedHash(new SecureRandom()), cache);
  }

  public static GrantRuntime create() {
    return create(InstantSource.system());
  }

  /**
   * With another clock, for tests.
   *
   * @param clock tells the time by which tokens end
   */
  public static GrantRuntime create(InstantSource clock) {
    return new GrantRuntime(clock, ClientKeys.inMemory(), GrantObserver.NONE);
  }

  /** With one who hears what the filters do with their issuers. */
  public static GrantRuntime create(GrantObserver observer) {
    return create(ClientKeys.inMemory(), observer);
  }

  /** With keys of the client that outlive the process. */
  public static GrantRuntime create(ClientKeys clientKeys, GrantObserver observer) {
    return new GrantRuntime(InstantSource.system(), clientKeys, observer);
  }

  private static ThreadFactory named(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Makes filters in place of all that there are, and puts them in force; where that fails, all is
   * as before. The earlier ones may go on; {@link #closeUnused} ends what only they have asked for.
   */
  public synchronized <T> T renew(Callable<T> filters) throws Exception {
    Set<Object> made = ConcurrentHashMap.newKeySet();
    next = made;
    try {
      T result = filters.call();
      discovered = issuers().stream()
          .filter(IssuerStatus::everDiscovered)
          .map(IssuerStatus::issuer)
          .collect(Collectors.toUnmodifiableSet());
      used = made;
      return result;
    } finally {
      next = null;
    }
  }

  private void uses(Object key) {
    Set<Object> made = next;
    (made == null ? used : made).add(key);
  }

  /** Forgets issuers, keys and connections that no filter in force has asked for. */
  public synchronized void closeUnused() {
    issuers.entrySet().removeIf(issuer -> {
      boolean unused = !used.contains(issuer.getKey());
      if (unused) {
        issuer.getValue().close();
      }
      return unused;
    });
    keySets.keySet().retainAll(used);
    clients.keySet().retainAll(used);
  }

  /** How it stands with every issuer that a filter uses. */
  public List<IssuerStatus> issuers() {
    return statuses(settings -> true);
  }

  /** The same of those that are asked for metadata or keys. */
  public List<IssuerStatus> askedIssuers() {
    return statuses(IssuerSettings::isAsked);
  }

  private List<IssuerStatus> statuses(Predicate<IssuerSettings> wanted) {
    return issuers.entrySet().stream()
        .filter(issuer -> used.contains(issuer.getKey()))
        .filter(issuer -> wanted.test(issuer.getKey().settings()))
        .map(issuer -> issuer.getValue().status())
        .map(status -> discovered.contains(status.issuer()) ? status.discoveredBefore() : status)
        .toList();
  }

  /** How old the keys are that were fetched from an address which no metadata names. */
  public Map<String, Duration> keyAges() {
    Map<String, Duration> ages = new TreeMap<>();
    keySets.forEach((key, keys) -> {
      if (used.contains(key)) {
        keys.sinceFetched()
            .ifPresent(age -> ages.merge(
                keys.name(), age, (one, other) -> one.compareTo(other) < 0 ? other : one));
      }
    });
    return ages;
  }

  /** Reads the metadata and the keys of an issuer again; what is known serves until then. */
  public void rediscover(String issuer) {
    issuers.values().stream()
        .filter(each -> each.status().issuer().equals(issuer))
        .forEach(RemoteIssuer::rediscover);
  }

  /** How many entries with tokens are remembered. */
  public long rememberedEntries() {
    return cache.entries();
  }

  /** The memory that they take, estimated, bytes. */
  public long rememberedBytes() {
    return cache.bytes();
  }

  IssuerCalls calls() {
    return calls;
  }

  /** Whether this has not been told yet; from now on it has. */
  boolean isNews(String line) {
    return told.size() < MOST_TOLD && told.add(line);
  }

  InstantSource clock() {
    return clock;
  }

  /** Believes these peers, beside those that a filter's own {@code trusted_ips} names. */
  public void trust(TrustedPeers peers) {
    trusted = peers;
  }

  /** The peers that a filter believes. */
  TrustedPeers trusted(OidcGrantConfig config) {
    return config.trustedIps().isEmpty() ? trusted : TrustedPeers.of(config.trustedIps());
  }

  /** Proofs that have been used, remembered for this long. */
  ReplayMemory usedProofs(Duration time) {
    return usedProofs.computeIfAbsent(time, key -> ReplayMemory.ofHeap(key, clock));
  }

  /** The keys of a configuration's clients that have none of their own. */
  ClientKeys clientKeys(OidcGrantConfig config) {
    try {
      return config
          .clientKeysFile()
          .map(file -> keyFiles.computeIfAbsent(file.toAbsolutePath().normalize(), ClientKeys::at))
          .orElse(clientKeys);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(List.of(
          new ConfigProblem("filter", 0, "client_keys_file", String.valueOf(e.getMessage()))));
    }
  }

  /** All keys with which clients sign: to be published. */
  public List<ClientKeys> clientKeys() {
    List<ClientKeys> all = new ArrayList<>(keyFiles.values());
    all.add(clientKeys);
    return all;
  }

  TokenMemory memory() {
    return memory;
  }

  /**
   * The connection to the issuer for what needs no proof of the client.
   *
   * @throws ConfigException if {@code ca_certificates_file} cannot be used
   */
  IdpClient client(OidcGrantConfig config) {
    return client(way(config));
  }

  /**
   * The connection to the endpoints where the client proves itself: with its certificate, if it has
   * one.
   *
   * @throws ConfigException if a file of it cannot be used
   */
  IdpClient endpointClient(OidcGrantConfig config) {
    if (config.tlsClientAuth().isEmpty()) {
      return client(config);
    }
    return client(new Way(
        config.timeout(),
        new TlsSettings(
            config.tlsClientAuthSslVerify(),
            config.caCertificatesFile().map(Path::of),
            config.tlsClientAuth()),
        config.proxies()));
  }

  private IdpClient client(Way way) {
    uses(way);
    try {
      return clients.computeIfAbsent(
          way,
          key -> new IdpClient(
              new IdpClient.Settings(way.timeout(), way.tls(), way.proxies()),
              executor,
              scheduler,
              clock));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          List.of(new ConfigProblem("TLS", 0, "issuer", String.valueOf(e.getMessage()))));
    }
  }

  /** The issuer; discovery starts with the first filter that asks. */
  RemoteIssuer issuer(OidcGrantConfig config) {
    IssuerSettings settings = new IssuerSettings(
        config.issuer(),
        config.discoveryDocument(),
        config.discoveryHeaders(),
        present(Map.of(
            IssuerEndpoint.TOKEN, config.tokenEndpoint(),
            IssuerEndpoint.INTROSPECTION, config.introspectionEndpoint(),
            IssuerEndpoint.REVOCATION, config.revocationEndpoint(),
            IssuerEndpoint.USERINFO, config.userinfoEndpoint())),
        present(Map.of(
            IssuerEndpoint.TOKEN, config.mtlsTokenEndpoint(),
            IssuerEndpoint.INTROSPECTION, config.mtlsIntrospectionEndpoint(),
            IssuerEndpoint.REVOCATION, config.mtlsRevocationEndpoint())),
        config.jwksEndpoint(),
        config.insecureHttpIssuer(),
        config.rediscoveryLifetime(),
        config.jwksMaxStale());
    return issuer(config, settings);
  }

  private RemoteIssuer issuer(OidcGrantConfig config, IssuerSettings settings) {
    Way way = way(config);
    IdpClient client = client(way);
    IssuerKey asked = new IssuerKey(way, settings);
    uses(asked);
    RemoteIssuer known = issuers.get(asked);
    if (known != null) {
      return known;
    }
    Optional<RemoteIssuer> before = next == null ? Optional.empty() : predecessor(asked);
    return issuers.computeIfAbsent(
        asked, key -> RemoteIssuer.start(settings, client, scheduler, clock, calls, before));
  }

  /** The same issuer, known by other timeouts or proxies but not by another trust. */
  private Optional<RemoteIssuer> predecessor(IssuerKey asked) {
    return issuers.entrySet().stream()
        .filter(issuer -> issuer.getKey().settings().equals(asked.settings())
            && issuer.getKey().way().tls().equals(asked.way().tls()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** Another issuer, of which only the keys are of interest. */
  RemoteIssuer issuer(OidcGrantConfig config, String name) {
    return issuer(
        config,
        new IssuerSettings(
            name,
            Optional.of(OidcGrantConfig.discoveryDocumentOf(name)),
            Map.of(),
            Map.of(),
            Map.of(),
            Optional.empty(),
            config.insecureHttpIssuer(),
            config.rediscoveryLifetime(),
            config.jwksMaxStale()));
  }

  /** The keys at an address. */
  RemoteKeys keys(OidcGrantConfig config, URI address) {
    Way way = way(config);
    IdpClient client = client(way);
    KeySetKey asked =
        new KeySetKey(way, address, config.rediscoveryLifetime(), config.jwksMaxStale());
    uses(asked);
    return keySets.computeIfAbsent(
        asked,
        key -> RemoteKeys.at(address, client, clock, calls, key.rediscovery(), key.maxStale()));
  }

  private static Map<IssuerEndpoint, URI> present(Map<IssuerEndpoint, Optional<URI>> written) {
    Map<IssuerEndpoint, URI> present = new EnumMap<>(IssuerEndpoint.class);
    written.forEach((endpoint, address) -> address.ifPresent(at -> present.put(endpoint, at)));
    return Collections.unmodifiableMap(present);
  }

  private static Way way(OidcGrantConfig config) {
    return new Way(
        config.timeout(),
        new TlsSettings(
            config.sslVerify(), config.caCertificatesFile().map(Path::of), Optional.empty()),
        config.proxies());
  }

  /** Ends the threads; what is on its way is dropped. */
  @Override
  public void close() {
    issuers.values().forEach(RemoteIssuer::close);
    scheduler.shutdownNow();
    executor.shutdown();
  }
}
