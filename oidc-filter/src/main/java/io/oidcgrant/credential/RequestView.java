package io.oidcgrant.credential;

import io.oidcgrant.protocol.TrustedPeers;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request as far as credentials may be in it. Looking at it consumes nothing. One per request.
 */
public interface RequestView {
  String method();

  /**
   * Every value of the header lines of this name, compared without case; empty where there is none.
   */
  List<String> headers(String name);

  /** The names of the header lines as they came. */
  List<String> headerNames();

  /** The query as it came, without its question mark; null where there is none. */
  @Nullable String rawQuery();

  @Nullable String contentType();

  /** The announced length of the body, bytes; -1 where none is announced. */
  long contentLength();

  /** Whether a body may follow: a length other than 0 or a transfer coding was announced. */
  boolean mayHaveBody();

  /**
   * Scheme, authority and path as the caller addressed them.
   *
   * @param trusted peers that say what came before them ({@code X-Forwarded-*})
   */
  String url(TrustedPeers trusted);

  /** The address of the peer. */
  String remoteAddress();

  /** The certificate by which the caller proved himself in TLS. */
  Optional<X509Certificate> tlsCertificate();

  /** The whole body, where it has been read. */
  Optional<byte[]> body();
}
