package io.oidcgrant.proxy;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.Reading;
import io.oidcgrant.http.FileStamp;
import io.oidcgrant.proxy.config.Gateway;
import io.oidcgrant.proxy.metrics.Reloads;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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

  /** What files say. */
  record Read(Gateway gateway, Reading reading) {}

  /** Puts a configuration in force. */
  interface Use {
    void apply(Gateway gateway) throws Exception;
  }

  private final Supplier<Read> read;
  private final Use use;
  private final Reloads reloads;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "configuration");
        thread.setDaemon(true);
        return thread;
      });
  // Of the executor's thread.
  private List<Path> files;
  private String inForce;
  private String seen;

  /**
   * Begins to watch.
   *
   * @param first what is in force
   */
  ConfigWatch(Read first, Supplier<Read> read, Use use, Reloads reloads) {
    this.read = read;
    this.use = use;
    this.reloads = reloads;
    this.files = first.reading().files();
    this.inForce = first.reading().stamp();
    this.seen = inForce;
    var unused = executor.scheduleWithFixedDelay(this::look, SECONDS, SECONDS, TimeUnit.SECONDS);
  }

  /** Reads the files now, whether they have changed or not. */
  void reload() {
    try {
      executor.execute(() -> take(FileStamp.of(files)));
    } catch (RejectedExecutionException e) {
      LOG.debug("the process stops");
    }
  }

  private void look() {
    String now = FileStamp.of(files);
    boolean settled = now.equals(seen);
    seen = now;
    // A file may be seen while it is written.
    if (settled && !now.equals(inForce)) {
      take(now);
    }
  }

  private void take(String stamp) {
    inForce = stamp;
    try {
      Read found = read.get();
      List<ConfigProblem> problems = found.reading().problems();
      if (problems.isEmpty()) {
        use.apply(found.gateway());
        files = found.reading().files();
        inForce = found.reading().stamp();
        reloads.applied();
        LOG.info("configuration in force: {}", found.gateway().inWords());
      } else {
        refused(problems);
      }
    } catch (ConfigException e) {
      refused(e.problems());
    } catch (Exception e) {
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
