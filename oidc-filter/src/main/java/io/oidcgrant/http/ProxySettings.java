package io.oidcgrant.http;

import io.oidcgrant.protocol.Secret;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The proxies on the way to the issuer; where none is named, those of the JVM. Immutable.
 *
 * @param http for http addresses
 * @param httpAuthorization value of {@code Proxy-Authorization} for it
 * @param https for https addresses
 * @param httpsAuthorization value of {@code Proxy-Authorization} for it
 * @param noProxy hosts and domains that are reached without one, separated by commas
 */
public record ProxySettings(
    Optional<URI> http,
    Optional<Secret> httpAuthorization,
    Optional<URI> https,
    Optional<Secret> httpsAuthorization,
    String noProxy) {
  public static final ProxySettings JVM =
      new ProxySettings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), "");

  @Nullable ProxySelector selector() {
    return http.isEmpty() && https.isEmpty() ? ProxySelector.getDefault() : new Selector(this);
  }

  /** What proves us to the proxy for an address; empty where none is used, or it asks for none. */
  Optional<Secret> authorization(URI address) {
    if (proxy(address).isEmpty()) {
      return Optional.empty();
    }
    return address.getScheme().equalsIgnoreCase("https") ? httpsAuthorization : httpAuthorization;
  }

  private Optional<URI> proxy(URI address) {
    return direct(address.getHost())
        ? Optional.empty()
        : address.getScheme().equalsIgnoreCase("https") ? https : http;
  }

  private boolean direct(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    for (String item : noProxy.toLowerCase(Locale.ROOT).split("[,\\s]+", -1)) {
      String domain = item.startsWith("*.") || item.startsWith(".")
          ? item.substring(item.indexOf('.') + 1)
          : item;
      if (item.equals("*")
          || (!domain.isEmpty() && (name.equals(domain) || name.endsWith("." + domain)))) {
        return true;
      }
    }
    return false;
  }

  private static final class Selector extends ProxySelector {
    private final ProxySettings settings;

    Selector(ProxySettings settings) {
      this.settings = settings;
    }

    @Override
    public List<Proxy> select(URI address) {
      return List.of(settings
          .proxy(address)
          .map(proxy -> new Proxy(
              Proxy.Type.HTTP,
              InetSocketAddress.createUnresolved(
                  proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort())))
          .orElse(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI address, SocketAddress proxy, IOException failure) {
      // The exchange fails with it.
    }
  }
}
