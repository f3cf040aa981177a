package io.oidcgrant.flow;

import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.protocol.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What of a configuration is part of the key under which its tokens are remembered. */
final class FlowPolicy {
  private FlowPolicy() {}

  /**
   * Everything in the configuration that changes the tokens; without a salt, shared only with flows
   * of the same identity.
   */
  static List<String> parts(OidcGrantConfig config, String identity) {
    List<String> parts =
        salted(config, config.cacheTokensSalt().map(Secret::reveal).orElse(identity));
    parts.add(Boolean.toString(config.cacheTokensSalt().isPresent()));
    return parts;
  }

  /** The same with a salt that is given. */
  static List<String> salted(OidcGrantConfig config, String salt) {
    List<String> parts = new ArrayList<>(config.tokenPolicy());
    parts.add(salt);
    // What is verified here is not what the issuer was asked about.
    for (String method : List.of("bearer", "introspection", "userinfo")) {
      parts.add(Boolean.toString(config.authMethods().contains(method)));
    }
    // A key that is made at start is another one in every flow, as are the tokens bound to it.
    parts.add(
        config.tokenEndpointDpop() && config.dpopJwk().isEmpty()
            ? UUID.randomUUID().toString()
            : "");
    return parts;
  }
}
