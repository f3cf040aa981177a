package io.oidcgrant.config;

import io.oidcgrant.protocol.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What the proxies on the way to an issuer may be. */
final class ProxyRules {
  private static final int LAST_PORT = 65_535;

  private ProxyRules() {}

  static void check(Values values, BiConsumer<Field<?>, String> problem) {
    check(values, OidcFields.HTTP_PROXY, OidcFields.HTTP_PROXY_AUTHORIZATION, problem);
    check(values, OidcFields.HTTPS_PROXY, OidcFields.HTTPS_PROXY_AUTHORIZATION, problem);
  }

  private static void check(
      Values values,
      Field<String> proxy,
      Field<Secret> authorization,
      BiConsumer<Field<?>, String> problem) {
    Optional<String> address = values.find(proxy);
    if (address.isPresent() && !isProxy(address.get())) {
      problem.accept(
          proxy,
          "must be an http URL of nothing but a host and a port, such as http://proxy.example:3128");
    }
    Optional<Secret> proof = values.find(authorization);
    if (proof.isPresent() && !proof.get().reveal().matches("[!-~]([ -~]*[!-~])?")) {
      problem.accept(authorization, "cannot be the value of a header");
    } else if (proof.isPresent() && address.isEmpty()) {
      problem.accept(authorization, "has no effect without " + proxy.name());
    }
  }

  private static boolean isProxy(String text) {
    try {
      URI uri = new URI(text);
      return "http".equalsIgnoreCase(uri.getScheme())
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getPort() != 0
          && uri.getPort() <= LAST_PORT
          && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
