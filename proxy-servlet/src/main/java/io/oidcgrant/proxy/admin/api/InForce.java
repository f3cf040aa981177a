package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.proxy.config.Entities;
import io.oidcgrant.proxy.config.StateFile;
import io.oidcgrant.proxy.config.Written;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at what is in force, and puts something else in its place. */
final class InForce {
  private static final Logger LOG = LoggerFactory.getLogger(InForce.class);

  private final Changes changes;

  InForce(Changes changes) {
    this.changes = changes;
  }

  /** The entity with this id or name. */
  Optional<Written> find(String kind, String key) {
    return changes.inForce().stream()
        .filter(each -> each.kind().equals(kind) && each.isCalled(key))
        .findFirst();
  }

  List<Written> all() {
    return changes.inForce();
  }

  Entities kept() {
    return changes.kept();
  }

  /**
   * Keeps these and puts them in force.
   *
   * @param refusal the answer to what is wrong with them
   * @throws RefusedException if that cannot be
   */
  void put(Entities next, Function<List<ConfigProblem>, Answer> refusal) {
    try {
      changes.change(next);
    } catch (ConfigException e) {
      throw new RefusedException(refusal.apply(e.problems()));
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof StateFile.ChangedException changed) {
        LOG.error("what the Admin API was told is not kept: {}", changed.getMessage());
        throw new RefusedException(Answer.message(
            503,
            "The state could not be stored: somebody else has changed its file, which the next"
                + " start takes up"));
      }
      LOG.error("what the Admin API was told cannot be kept: {}", e.getMessage());
      throw new RefusedException(Answer.message(503, "The state could not be stored"));
    } catch (RuntimeException e) {
      LOG.error("what the Admin API was told cannot be put in force", e);
      throw new RefusedException(Answer.message(503, "It could not be put in force"));
    }
  }
}
