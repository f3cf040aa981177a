package io.oidcgrant.proxy.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where to listen.
 *
 * @param host name or address, without brackets
 * @param port 0 for any that is free
 */
public record ListenAddress(String host, int port) {
  private static final Pattern TEXT =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9_.-]+|\\*)):(\\d{1,5})");

  /**
   * The address written as {@code HOST:PORT}.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static ListenAddress parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches() || Integer.parseInt(parts.group(3)) > 65_535) {
      throw new IllegalArgumentException("must be HOST:PORT, is " + text);
    }
    String host = parts.group(1) != null ? parts.group(1) : parts.group(2);
    return new ListenAddress(host, Integer.parseInt(parts.group(3)));
  }

  /** Whether only this machine can connect. */
  public boolean loopback() {
    try {
      return !all() && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private boolean all() {
    return host.equals("*") || host.equals("0.0.0.0") || host.equals("::");
  }

  /** Null for every address of this machine. */
  @Nullable String bindHost() {
    return all() ? null : host;
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
