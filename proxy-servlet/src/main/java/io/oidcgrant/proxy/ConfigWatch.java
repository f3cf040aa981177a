package io.oidcgrant.proxy;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.Reading;
import io.oidcgrant.http.FileStamp;
import io.oidcgrant.proxy.metrics.Reloads;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every second whether a file of the configuration has changed, and puts in force what they
 * say now, once they stay as they are from one look to the next; at once when told to. What is
 * refused leaves what is in force.
 */
final class ConfigWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigWatch.class);
  private static final long SECONDS = 1;

  private final LiveConfiguration live;
  private final Reloads reloads;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "configuration");
        thread.setDaemon(true);
        return thread;
      });
  // Of the executor's thread.
  private String seen;

  /**
   * Begins to watch.
   *
   * @param reloads where it is counted that something was refused
   */
  ConfigWatch(LiveConfiguration live, Reloads reloads) {
    this.live = live;
    this.reloads = reloads;
    this.seen = live.tried().stamp();
    var unused = executor.scheduleWithFixedDelay(this::look, SECONDS, SECONDS, TimeUnit.SECONDS);
  }

  /** Reads the files now, whether they have changed or not. */
  void reload() {
    try {
      executor.execute(this::take);
    } catch (RejectedExecutionException e) {
      LOG.debug("the process stops");
    }
  }

  private void look() {
    Reading tried = live.tried();
    String now = FileStamp.of(tried.files());
    boolean settled = now.equals(seen);
    seen = now;
    // A file may be seen while it is written. One that was missed may be there now.
    if (settled && !now.equals(tried.stamp())) {
      take();
    }
  }

  private void take() {
    try {
      if (live.reload()) {
        LOG.info("configuration in force: {}", live.gateway().inWords());
      }
    } catch (ConfigException e) {
      refused(e.problems());
    } catch (Exception | StackOverflowError | OutOfMemoryError e) {
      // The next look must come all the same.
      reloads.refused();
      LOG.error("the changed configuration is not used: {}", e.toString());
    }
  }

  private void refused(List<ConfigProblem> problems) {
    reloads.refused();
    problems.forEach(problem -> LOG.error("the changed configuration is not used: {}", problem));
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
