package io.oidcgrant.proxy.server;

import io.oidcgrant.http.TlsIdentity;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Presents the identity of the name that a caller asks for (RFC 6066 section 3): the name itself
 * goes before one with {@code *} as its first label, that before one with {@code *} as its last,
 * that before {@code *}; who asks for another name or none gets the default. Immutable.
 */
final class PresentedIdentities extends X509ExtendedKeyManager {
  private final List<TlsIdentity> all = new ArrayList<>();
  private final List<TlsIdentity> fallback;
  private final Map<String, List<TlsIdentity>> named;

  /**
   * @param fallback the default, of which each has a key of another kind
   * @param named the same for each name, in lower case
   */
  PresentedIdentities(List<TlsIdentity> fallback, Map<String, List<TlsIdentity>> named) {
    this.fallback = List.copyOf(fallback);
    this.named = Map.copyOf(named);
    all.addAll(fallback);
    named.values().forEach(all::addAll);
  }

  /** Those of a name; a caller who asks for none has the empty one. */
  List<TlsIdentity> of(String asked) {
    String name = asked.toLowerCase(Locale.ROOT);
    int first = name.indexOf('.');
    int last = name.lastIndexOf('.');
    return find(name)
        .or(() -> first < 0 ? Optional.empty() : find("*" + name.substring(first)))
        .or(() -> last < 0 ? Optional.empty() : find(name.substring(0, last) + ".*"))
        .or(() -> find("*"))
        .orElse(fallback);
  }

  private Optional<List<TlsIdentity>> find(String name) {
    return Optional.ofNullable(named.get(name));
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    for (TlsIdentity identity : of(asked(engine))) {
      if (identity.keyType().equals(type)) {
        return Integer.toString(all.indexOf(identity));
      }
    }
    return null;
  }

  private static String asked(@Nullable SSLEngine engine) {
    if (engine != null && engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
      for (SNIServerName name : session.getRequestedServerNames()) {
        if (name instanceof SNIHostName host) {
          return host.getAsciiName();
        }
      }
    }
    return "";
  }

  private TlsIdentity identity(String alias) {
    return all.get(Integer.parseInt(alias));
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return identity(alias).chain().toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return identity(alias).key();
  }

  @Override
  public @Nullable String chooseServerAlias(
      String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
    return null;
  }
}
