package io.oidcgrant.protocol;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The addresses of peers whose {@code X-Forwarded-*} headers are believed, as CIDR blocks.
 * Immutable.
 */
public final class TrustedPeers {
  /** What the platform takes for an address at once; for others it would ask a name server. */
  private static final Pattern ADDRESS =
      Pattern.compile("(?:(?:25[0-5]|(?:2[0-4]|1\\d|[1-9]|0)?\\d)(?:\\.(?!$)|$)){4}"
          + "|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*");

  private final List<Block> blocks;

  private TrustedPeers(List<Block> blocks) {
    this.blocks = blocks;
  }

  /**
   * The peers that {@code cidrs} name: addresses or blocks such as {@code 10.0.0.0/8}.
   *
   * @throws IllegalArgumentException if one of them is neither
   */
  public static TrustedPeers of(List<String> cidrs) {
    List<Block> blocks = new ArrayList<>();
    for (String cidr : cidrs) {
      String[] parts = cidr.split("/", -1);
      byte[] address = address(parts[0]);
      int bits = address.length * 8;
      if (parts.length == 2 && parts[1].matches("\\d{1,3}")) {
        bits = Integer.parseInt(parts[1]);
      } else if (parts.length != 1) {
        bits = -1;
      }
      if (address.length == 0 || bits < 0 || bits > address.length * 8) {
        throw new IllegalArgumentException("not an address or CIDR block: " + cidr);
      }
      blocks.add(new Block(address, bits));
    }
    return new TrustedPeers(List.copyOf(blocks));
  }

  public boolean isEmpty() {
    return blocks.isEmpty();
  }

  /** Whether {@code peer}, an address, is one of them. */
  public boolean contains(String peer) {
    if (blocks.isEmpty()) {
      return false;
    }
    byte[] address = address(unbracketed(peer));
    return blocks.stream().anyMatch(block -> block.contains(address));
  }

  /** An IPv6 address without its brackets. */
  public static String unbracketed(String address) {
    return address.startsWith("[") ? address.substring(1, address.length() - 1) : address;
  }

  /** The octets of an address; none where it is not an address. Never asks for a name. */
  private static byte[] address(String text) {
    if (!ADDRESS.matcher(text).matches()) {
      return new byte[0];
    }
    try {
      return InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      return new byte[0];
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared, never handed out
  private record Block(byte[] network, int bits) {
    boolean contains(byte[] address) {
      if (address.length != network.length) {
        return false;
      }
      int whole = bits / 8;
      int mask = 0xFF00 >> (bits % 8);
      return Arrays.equals(network, 0, whole, address, 0, whole)
          && (bits % 8 == 0 || (network[whole] & mask) == (address[whole] & mask));
    }
  }
}
