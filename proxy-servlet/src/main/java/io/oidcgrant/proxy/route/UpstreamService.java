package io.oidcgrant.proxy.route;

/**
 * Where requests go.
 *
 * @param scheme http or https
 * @param host as written, an IPv6 address in brackets
 * @param path in front of every path that goes there; empty for none
 * @param connectTimeout milliseconds
 * @param writeTimeout milliseconds without a byte while a request goes out
 * @param readTimeout milliseconds without a byte of an answer
 * @param http2 whether it speaks HTTP/2 without being asked, as gRPC does
 * @param retries how often a connection that cannot be made is tried again, and a request sent
 *     again that HTTP/2 says was not looked at
 */
public record UpstreamService(
    String name,
    String scheme,
    String host,
    int port,
    String path,
    int connectTimeout,
    int writeTimeout,
    int readTimeout,
    boolean http2,
    int retries,
    UpstreamTls tls) {
  public static final int RETRIES = 5;

  /** One with the defaults of the rest. */
  public UpstreamService(
      String name,
      String scheme,
      String host,
      int port,
      String path,
      int connectTimeout,
      int writeTimeout,
      int readTimeout) {
    this(
        name,
        scheme,
        host,
        port,
        path,
        connectTimeout,
        writeTimeout,
        readTimeout,
        false,
        RETRIES,
        UpstreamTls.JVM);
  }

  /** Its address, with its path but no slash at the end. */
  public String address() {
    return scheme + "://" + authority() + stem();
  }

  /** What of a path goes beyond {@link #address}. */
  public String beyond(String upstreamPath) {
    return upstreamPath.startsWith(stem()) ? upstreamPath.substring(stem().length()) : upstreamPath;
  }

  private String stem() {
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /** The value of a {@code Host} header for it. */
  public String authority() {
    return port == (scheme.equals("https") ? 443 : 80) ? host : host + ":" + port;
  }
}
