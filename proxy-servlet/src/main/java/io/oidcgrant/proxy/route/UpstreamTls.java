package io.oidcgrant.proxy.route;

import io.oidcgrant.http.TlsIdentity;
import java.util.List;
import java.util.Optional;

/**
 * Whom of an upstream to trust, and as whom to come there.
 *
 * @param verify false trusts everybody and looks at no name
 * @param depth intermediate certificates that a chain may have; empty for any number
 * @param authorities PEM of those that are trusted instead of the JVM's; empty for the JVM's
 * @param identity the certificate that the upstream is shown
 * @param stamp of the identity's files, which changes when they do; empty where it has none
 */
public record UpstreamTls(
    boolean verify,
    Optional<Integer> depth,
    List<String> authorities,
    Optional<TlsIdentity.Source> identity,
    String stamp) {
  /** The JVM's own trust, no identity. */
  public static final UpstreamTls JVM =
      new UpstreamTls(true, Optional.empty(), List.of(), Optional.empty(), "");
}
