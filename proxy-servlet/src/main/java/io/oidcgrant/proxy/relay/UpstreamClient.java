package io.oidcgrant.proxy.relay;

import io.oidcgrant.proxy.route.UpstreamService;
import java.net.ConnectException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.client.transport.HttpDestination;
import org.eclipse.jetty.util.Promise;

/**
 * A client that tries again to connect where a connection is refused: whoever waits for it has sent
 * nothing yet. Safe for concurrent use.
 */
@SuppressWarnings("try") // nobody closes it in a try block
final class UpstreamClient extends HttpClient {
  private static final long FIRST_PAUSE = 20;
  private static final long LONGEST_PAUSE = 200;

  /**
   * The tag of a request, which keeps services apart that connect in different ways.
   *
   * @param timeout milliseconds for all attempts together
   */
  record Connecting(int retries, int timeout) {
    static Connecting of(UpstreamService service) {
      return new Connecting(service.retries(), service.connectTimeout());
    }
  }

  UpstreamClient(HttpClientTransport transport) {
    super(transport);
  }

  @Override
  public void newConnection(Destination destination, Promise<Connection> promise) {
    connect(destination, promise, 0, System.nanoTime());
  }

  private void connect(
      Destination destination, Promise<Connection> promise, int retry, long begin) {
    super.newConnection(destination, new Promise.Wrapper<>(promise) {
      @Override
      public void failed(Throwable failure) {
        long pause = Math.min(FIRST_PAUSE << Math.min(retry, 8), LONGEST_PAUSE);
        if (failure instanceof ConnectException
            && ((HttpDestination) destination).getOrigin().getTag() instanceof Connecting limits
            && retry < limits.retries()
            && TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) + pause
                < limits.timeout()) {
          getScheduler()
              .schedule(
                  () -> connect(destination, promise, retry + 1, begin),
                  pause,
                  TimeUnit.MILLISECONDS);
        } else {
          super.failed(failure);
        }
      }
    });
  }
}
