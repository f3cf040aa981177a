package io.oidcgrant.proxy.relay;

import io.oidcgrant.protocol.Printable;
import io.oidcgrant.proxy.answer.Reason;
import io.oidcgrant.proxy.route.UpstreamService;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log why upstreams cannot be used. What is wrong with an upstream's TLS is wrong for
 * every request, and is said once in a minute. Safe for concurrent use.
 */
final class UpstreamTrouble {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamTrouble.class);
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** By service, when its TLS was last complained about; as many as there are services. */
  private final Map<String, Long> told = new ConcurrentHashMap<>();

  void log(UpstreamService service, int status, Throwable why) {
    String tls = tls(why);
    if (tls == null) {
      LOG.warn("{}: answered {}: {}", service.name(), status, why.getClass().getName());
    } else if (due(service.name())) {
      LOG.warn("{}: answered {}: TLS with the upstream failed: {}", service.name(), status, tls);
    }
  }

  /** Of an answer that is ours, for the upstream has none. */
  static int status(Throwable why) {
    if (why instanceof RejectedExecutionException) {
      return 503;
    }
    return why instanceof TimeoutException || why instanceof SocketTimeoutException ? 504 : 502;
  }

  /** Why it is. */
  static Reason reason(int status, Throwable why) {
    return switch (status) {
      case 503 -> Reason.UPSTREAM_BUSY;
      case 504 -> Reason.UPSTREAM_TIMEOUT;
      default ->
        why instanceof ConnectException
                || why instanceof NoRouteToHostException
                || why instanceof UnknownHostException
                || why instanceof UnresolvedAddressException
            ? Reason.UPSTREAM_UNREACHABLE
            : Reason.UPSTREAM_UNUSABLE;
    };
  }

  private boolean due(String service) {
    long now = System.nanoTime();
    Long last = told.get(service);
    return last == null
        ? told.putIfAbsent(service, now) == null
        : now - last > PAUSE_NANOS && told.replace(service, last, now);
  }

  /** Why a handshake failed, in the first and the last words of it; null where none did. */
  private static @Nullable String tls(Throwable why) {
    String first = null;
    String last = null;
    Throwable next = why;
    for (int depth = 0; next != null && depth < 16; depth++) {
      if (first == null && next instanceof SSLException) {
        first = next.getMessage();
      }
      last = next.getMessage();
      next = next.getCause();
    }
    return first == null ? null : Printable.of(first.equals(last) ? first : first + ": " + last);
  }
}
