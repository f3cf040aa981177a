package io.oidcgrant.proxy.relay;

import io.oidcgrant.proxy.answer.Reason;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.Attributes;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;

/** What is noted of a request that goes to an upstream. One thread after the other. */
public final class Relayed {
  static final String ATTRIBUTE = Relayed.class.getName();

  private final long begun = NanoTime.now();
  private volatile long waited = -1;
  private volatile @Nullable Reason trouble;

  Relayed() {}

  /** Null of a request that does not go to an upstream. */
  public static @Nullable Relayed of(Attributes request) {
    return (Relayed) request.getAttribute(ATTRIBUTE);
  }

  /** The status of an answer, in place of which there is one of our own for nobody. */
  public static int status(Attributes request, int status) {
    Relayed relayed = of(request);
    boolean gone = status == 0 || (relayed != null && relayed.trouble == Reason.CALLER_GONE);
    return gone ? Reason.CALLER_GONE.status() : status;
  }

  void answered() {
    waited = NanoTime.since(begun);
  }

  void failed(Reason why) {
    trouble = why;
  }

  /** How long the upstream had for the head of its answer; -1 where there was none. */
  public long upstreamMillis() {
    return waited < 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(waited);
  }

  /** Why the caller has not the upstream's whole answer; null where he has. */
  public @Nullable Reason trouble() {
    return trouble;
  }
}
