package io.oidcgrant.proxy.route;

import java.util.List;
import java.util.Set;

/**
 * What a request must look like for a route. Every kind that is not empty must match: headers all
 * of them, the others by any of their values.
 *
 * @param regexPriority of paths that are regular expressions; the higher goes first
 * @param snis what the caller's TLS connection was opened to
 * @param createdAt seconds; among equals the earlier goes first
 */
public record Criteria(
    List<HostPattern> hosts,
    List<PathPattern> paths,
    int regexPriority,
    Set<String> methods,
    List<HeaderCriterion> headers,
    List<HostPattern> snis,
    Set<Protocol> protocols,
    long createdAt) {

  /** The same of a route that is as old as all others. */
  public Criteria ageless() {
    return new Criteria(hosts, paths, regexPriority, methods, headers, snis, protocols, 0);
  }

  /** Whether callers over TLS are served. */
  public boolean tls() {
    return protocols.contains(Protocol.HTTPS) || protocols.contains(Protocol.GRPCS);
  }

  /** Whether callers without TLS are. */
  public boolean plain() {
    return protocols.contains(Protocol.HTTP) || protocols.contains(Protocol.GRPC);
  }

  /** Whether it is for gRPC, and for nothing else then. */
  public boolean grpc() {
    return protocols.contains(Protocol.GRPC) || protocols.contains(Protocol.GRPCS);
  }
}
