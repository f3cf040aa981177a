package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.proxy.config.Entities;
import io.oidcgrant.proxy.config.Written;
import java.util.List;

/** How the Admin API changes the configuration. Safe for concurrent use. */
public interface Changes {
  /** Whether it may. */
  boolean allowed();

  /** What it keeps. */
  Entities kept();

  /** All that is in force, from the files as well. */
  List<Written> inForce();

  /**
   * Keeps these and puts them in force, both or neither.
   *
   * @throws ConfigException if they cannot be in force, beside the files
   * @throws java.io.UncheckedIOException if they cannot be kept
   */
  void change(Entities next);
}
