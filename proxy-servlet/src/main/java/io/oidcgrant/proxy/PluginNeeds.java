package io.oidcgrant.proxy;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.MappingReader;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.PluginEntry;
import io.oidcgrant.config.Reading;
import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.flow.Needs;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.config.Gateway;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says where it is written what the plugins in force need beside the configuration. */
final class PluginNeeds {
  private PluginNeeds() {}

  /**
   * Notes as problems what is missing.
   *
   * @param accepted the gateway before, whose plugins are not looked at again; null for none
   */
  static void check(
      Gateway gateway, @Nullable Gateway accepted, TrustedPeers trusted, Reading reading) {
    Set<ConfigNode> known = Collections.newSetFromMap(new IdentityHashMap<>());
    if (accepted != null) {
      accepted.entries().values().forEach(entry -> known.add(entry.node()));
    }
    Needs needs = new Needs(trusted);
    gateway.entries().forEach((settings, entry) -> {
      if (known.contains(entry.node())) {
        return;
      }
      if (settings instanceof OidcGrantConfig config) {
        needs.missing(config).forEach((field, message) -> note(entry, reading, message, field));
      } else if (settings instanceof UpstreamOAuthConfig config) {
        needs
            .missing(config.requests())
            .forEach((field, message) -> note(entry, reading, message, "client", field));
      }
    });
  }

  private static void note(PluginEntry entry, Reading reading, String message, String... names) {
    Optional<MappingReader> at =
        inside(MappingReader.of(entry.node(), entry.path(), reading), "config", reading);
    for (int i = 0; i < names.length - 1; i++) {
      at = inside(at, names[i], reading);
    }
    at.ifPresent(fields -> fields.problem(names[names.length - 1], null, message));
  }

  private static Optional<MappingReader> inside(
      Optional<MappingReader> fields, String name, Reading reading) {
    return fields.flatMap(
        of -> of.take(name).flatMap(node -> MappingReader.of(node, of.pathOf(name), reading)));
  }
}
