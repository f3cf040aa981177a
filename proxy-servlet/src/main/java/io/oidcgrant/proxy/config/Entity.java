package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;

/**
 * A service, route, plugin, certificate or consumer that the Admin API keeps. Immutable.
 *
 * @param kind such as {@code services}
 * @param id a UUID
 * @param node with {@code id}, without what belongs to it, and with what it belongs to
 */
public record Entity(String kind, String id, ConfigNode.Mapping node) {
  /** Values may be secrets. */
  @Override
  public String toString() {
    return kind + "/" + id;
  }
}
