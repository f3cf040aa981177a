package io.oidcgrant.proxy.relay;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;

/** What opens a WebSocket, and what closes it (RFC 6455 sections 4 and 5.5.1). */
final class WebSocketHandshake {
  static final String VERSION = "13";

  /** Status codes of a closing (section 7.4.1). */
  static final int GOING_AWAY = 1001;

  static final int POLICY_VIOLATION = 1008;

  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{22}==");
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private WebSocketHandshake() {}

  /** Whether a request wants to become a WebSocket. */
  static boolean isAskedBy(HttpServletRequest request) {
    return request.getHeader("Upgrade") != null
        && has(request.getHeaders("Upgrade"), "websocket")
        && has(request.getHeaders("Connection"), "upgrade");
  }

  /** Whether it may: what two readers could take for two different requests may not. */
  static boolean isGood(HttpServletRequest request) {
    return request.getMethod().equals("GET")
        && request.getProtocol().equals("HTTP/1.1")
        && request.getContentLengthLong() <= 0
        && request.getHeader("Transfer-Encoding") == null
        && request.getHeader("Expect") == null
        && List.of(VERSION).equals(Collections.list(request.getHeaders("Sec-WebSocket-Version")))
        && Collections.list(request.getHeaders("Sec-WebSocket-Key")).size() == 1
        && KEY.matcher(request.getHeader("Sec-WebSocket-Key")).matches();
  }

  /** Adds what one hop says to the next. */
  static void ask(HttpFields.Mutable upstream) {
    upstream.put("Connection", "Upgrade");
    upstream.put("Upgrade", "websocket");
  }

  /** The same of the answer. */
  static void agree(HttpServletResponse response) {
    response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
    response.setHeader("Connection", "Upgrade");
    response.setHeader("Upgrade", "websocket");
  }

  /** Whether an answer with status 101 is one to this request. */
  static boolean isAgreedTo(HttpServletRequest request, HttpFields upstream) {
    List<String> accepted = upstream.getValuesList("Sec-WebSocket-Accept");
    return has(upstream.getValues("Upgrade"), "websocket")
        && has(upstream.getValues("Connection"), "upgrade")
        && List.of(accept(request.getHeader("Sec-WebSocket-Key"))).equals(accepted);
  }

  private static String accept(String key) {
    try {
      // SHA-1, as the protocol has it: this says that the other side speaks it, and no more.
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      return Base64.getEncoder()
          .encodeToString(digest.digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A closing frame.
   *
   * @param masked as a client's frames are
   */
  static ByteBuffer close(int code, boolean masked) {
    byte[] status = {(byte) (code >> 8), (byte) code};
    if (!masked) {
      return ByteBuffer.wrap(new byte[] {(byte) 0x88, 2, status[0], status[1]});
    }
    byte[] mask = new byte[4];
    ThreadLocalRandom.current().nextBytes(mask);
    return ByteBuffer.wrap(new byte[] {
      (byte) 0x88,
      (byte) 0x82,
      mask[0],
      mask[1],
      mask[2],
      mask[3],
      (byte) (status[0] ^ mask[0]),
      (byte) (status[1] ^ mask[1])
    });
  }

  private static boolean has(Enumeration<String> values, String token) {
    while (values.hasMoreElements()) {
      for (String value : values.nextElement().split(",", -1)) {
        if (value.strip().equalsIgnoreCase(token)) {
          return true;
        }
      }
    }
    return false;
  }
}
