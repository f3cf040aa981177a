package io.oidcgrant.http;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import io.oidcgrant.observe.IssuerCall;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Printable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to an issuer's endpoints: a deadline for the whole exchange, bounded answers, no
 * redirects, no POST sent twice, a bounded number at once to each endpoint, and no call while the
 * issuer has asked to be left alone (RFC 9110 section 10.2.3). Every failure is a
 * {@link io.oidcgrant.protocol.GrantException}. Safe for concurrent use.
 */
public final class IdpClient {
  private static final int MAX_AT_ONCE = 256;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration DEFAULT_RETRY = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  /** A server that wants another certificate may say so, or just hang up. */
  private static final String CHECK_CERTIFICATE =
      "; if it asks for one, check the client certificate";

  /**
   * How the issuer is reached.
   *
   * @param timeout longest time from the first byte out to the last byte in
   */
  public record Settings(Duration timeout, TlsSettings tls, ProxySettings proxies) {
    /** Through the proxies of the JVM, if it has any. */
    public Settings(Duration timeout, TlsSettings tls) {
      this(timeout, tls, ProxySettings.JVM);
    }
  }

  private final RenewedClient client;
  private final ProxySettings proxies;
  private final Duration timeout;
  private final ScheduledExecutorService scheduler;
  private final InstantSource clock;
  private final Map<String, Semaphore> places = new ConcurrentHashMap<>();
  private final Map<String, Instant> pausedUntil = new ConcurrentHashMap<>();

  /**
   * Creates one.
   *
   * @throws IllegalArgumentException if the TLS files cannot be used, saying why
   */
  public IdpClient(
      Settings settings,
      Executor executor,
      ScheduledExecutorService scheduler,
      InstantSource clock) {
    this.timeout = settings.timeout();
    this.proxies = settings.proxies();
    this.scheduler = scheduler;
    this.clock = clock;
    this.client =
        new RenewedClient(settings.tls(), context -> newClient(settings, context, executor), clock);
  }

  private static HttpClient newClient(
      Settings settings, @Nullable SSLContext context, Executor executor) {
    Duration timeout = settings.timeout();
    HttpClient.Builder builder = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(timeout.compareTo(CONNECT_TIMEOUT) < 0 ? timeout : CONNECT_TIMEOUT)
        .executor(executor);
    ProxySelector proxies = settings.proxies().selector();
    if (proxies != null) {
      builder.proxy(proxies);
    }
    if (context != null) {
      builder.sslContext(context);
    }
    return builder.build();
  }

  /** As whom this client comes at present. */
  public Optional<TlsIdentity> identity() {
    return client.identity();
  }

  /**
   * The answer, whatever its status below 500; 429, 5xx and redirects are failures.
   *
   * @param call that this is
   * @param maxBytes longest body that is read
   */
  public CompletableFuture<HTTPResponse> exchange(
      IssuerCall call, HTTPRequest request, int maxBytes) {
    String endpoint = endpoint(request.getURI());
    Failure paused = paused(endpoint);
    if (paused != null) {
      return CompletableFuture.failedFuture(paused.toException());
    }
    Semaphore free = places.computeIfAbsent(endpoint, name -> new Semaphore(MAX_AT_ONCE));
    if (!free.tryAcquire()) {
      return CompletableFuture.failedFuture(Failure.retryAfter(
              Kind.ISSUER_BUSY,
              "too many requests are waiting for the issuer",
              Duration.ofSeconds(1))
          .toException());
    }
    CompletableFuture<HttpResponse<byte[]>> sent;
    try {
      sent = call.send(
          request.getMethod().name(),
          request.getURI(),
          trace ->
              client.client().sendAsync(toJdk(request, trace), info -> new BoundedBody(maxBytes)));
    } catch (RuntimeException | Error e) {
      free.release();
      return CompletableFuture.failedFuture(e);
    }
    AtomicBoolean late = new AtomicBoolean();
    Future<?> deadline = scheduler.schedule(
        () -> {
          late.set(true);
          sent.cancel(true);
        },
        timeout.toNanos(),
        TimeUnit.NANOSECONDS);
    return sent.handle((response, error) -> {
      deadline.cancel(false);
      free.release();
      if (error != null) {
        throw failure(error, late.get(), endpoint).toException();
      }
      call.answered(response.statusCode());
      return checked(response, endpoint);
    });
  }

  private HttpRequest toJdk(HTTPRequest request, Map<String, String> trace) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(target(request));
    proxies
        .authorization(request.getURI())
        .ifPresent(secret -> builder.setHeader("Proxy-Authorization", secret.reveal()));
    request
        .getHeaderMap()
        .forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
    trace.forEach(builder::setHeader);
    String body = request.getBody();
    return builder
        .method(
            request.getMethod().name(),
            body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
        .build();
  }

  private static URI target(HTTPRequest request) {
    return request.getURI();
  }

  private HTTPResponse checked(HttpResponse<byte[]> response, String endpoint) {
    int status = response.statusCode();
    if (status == 429 || status >= 500) {
      Duration delay = retryAfter(response, status == 429 || status == 503, endpoint);
      throw Failure.retryAfter(
              status == 429 ? Kind.ISSUER_BUSY : Kind.ISSUER_UNAVAILABLE,
              "the issuer answered " + status + " at " + endpoint,
              delay)
          .toException();
    }
    if (status >= 300 && status < 400) {
      throw Failure.of(
              Kind.ANSWER_UNUSABLE,
              "the issuer redirects at " + endpoint + ", which is not followed")
          .toException();
    }
    HTTPResponse parsed = new HTTPResponse(status);
    response
        .headers()
        .map()
        .forEach((name, values) -> parsed.setHeader(name, values.toArray(String[]::new)));
    parsed.setBody(new String(response.body(), StandardCharsets.UTF_8));
    return parsed;
  }

  private @Nullable Failure paused(String endpoint) {
    Instant until = pausedUntil.get(endpoint);
    if (until == null) {
      return null;
    }
    Duration left = Duration.between(clock.instant(), until);
    // A clock that was set back must not make a pause of seconds one of hours.
    if (left.isNegative() || left.isZero() || left.compareTo(LONGEST_PAUSE) > 0) {
      pausedUntil.remove(endpoint, until);
      return null;
    }
    return Failure.retryAfter(
        Kind.ISSUER_BUSY, "the issuer asked for a pause at " + endpoint, left);
  }

  private Duration retryAfter(HttpResponse<?> response, boolean pause, String endpoint) {
    Instant now = clock.instant();
    Duration asked = response
        .headers()
        .firstValue("retry-after")
        .map(text -> parseDelay(text, now))
        .orElse(Duration.ZERO);
    if (asked.isZero()) {
      return DEFAULT_RETRY;
    }
    Duration delay = asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
    if (pause) {
      pausedUntil.put(endpoint, now.plus(delay));
    }
    return delay;
  }

  /** Seconds or a date; zero for anything else. */
  private static Duration parseDelay(String text, Instant now) {
    String value = text.strip();
    if (value.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      Instant date = java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME
          .withLocale(Locale.ROOT)
          .parse(value, Instant::from);
      return date.isAfter(now) ? Duration.between(now, date) : Duration.ZERO;
    } catch (DateTimeParseException e) {
      return Duration.ZERO;
    }
  }

  private static Failure failure(Throwable error, boolean late, String endpoint) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (late || cause instanceof TimeoutException) {
      return Failure.of(Kind.ISSUER_TIMEOUT, "the issuer did not answer in time at " + endpoint);
    }
    if (cause instanceof BoundedBody.TooLong || cause.getCause() instanceof BoundedBody.TooLong) {
      return Failure.of(Kind.ANSWER_UNUSABLE, "the issuer's answer is too long at " + endpoint);
    }
    if (cause instanceof HttpConnectTimeoutException || cause instanceof ConnectException) {
      return Failure.retryAfter(
          Kind.ISSUER_UNAVAILABLE, "cannot connect to " + endpoint, DEFAULT_RETRY);
    }
    if (cause instanceof HttpTimeoutException) {
      return Failure.of(Kind.ISSUER_TIMEOUT, "the issuer did not answer in time at " + endpoint);
    }
    if (cause instanceof SSLException) {
      return Failure.retryAfter(
          Kind.ISSUER_UNAVAILABLE,
          "no TLS with " + endpoint + ": " + Printable.of(cause.getMessage())
              + (ours(cause) ? "" : CHECK_CERTIFICATE),
          DEFAULT_RETRY);
    }
    if (cause instanceof IOException) {
      return Failure.retryAfter(
          Kind.ISSUER_UNAVAILABLE,
          "the connection to " + endpoint + " broke (" + cause.getClass().getSimpleName() + ")"
              + (endpoint.startsWith("https:") ? CHECK_CERTIFICATE : ""),
          DEFAULT_RETRY);
    }
    if (cause instanceof IllegalArgumentException) {
      // The JDK's client lets its parser's exceptions through.
      return Failure.of(Kind.ANSWER_UNUSABLE, "the issuer's answer is not HTTP at " + endpoint);
    }
    return Failure.of(Kind.INTERNAL, cause.getClass().getName());
  }

  /** Whether the TLS failed because the server's certificate did not please us. */
  private static boolean ours(Throwable error) {
    return Stream.iterate(error, cause -> cause != null, Throwable::getCause)
        .limit(10)
        .anyMatch(CertificateException.class::isInstance);
  }

  private static String endpoint(URI uri) {
    return uri.getScheme() + "://" + uri.getRawAuthority()
        + (uri.getRawPath() == null ? "" : uri.getRawPath());
  }

  /** Header values that may go into a request: no control characters, ASCII. */
  public static boolean sendable(List<String> values) {
    return values.stream().allMatch(value -> value.chars().allMatch(c -> c >= ' ' && c < 0x7f));
  }
}
