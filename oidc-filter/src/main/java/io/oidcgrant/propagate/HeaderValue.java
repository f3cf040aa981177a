package io.oidcgrant.propagate;

import com.nimbusds.jose.util.JSONArrayUtils;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The value of a header that holds a claim. Visible ASCII goes as it is; any other text is encoded
 * as RFC 8187 section 3.2.1 has it ({@code UTF-8''J%C3%B6rg}), as is one that looks like that
 * already; objects and lists are base64 of their JSON.
 */
final class HeaderValue {
  private static final String ENCODED = "UTF-8''";
  /** {@code attr-char} of RFC 8187 beside letters and digits. */
  private static final String PLAIN = "!#$&+-.^_`|~";

  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private HeaderValue() {}

  /** Null where there is nothing to be said. */
  @SuppressWarnings("unchecked") // keys of JSON objects are texts
  static @Nullable String of(@Nullable Object claim) {
    if (claim instanceof String text) {
      return text.isEmpty() ? null : text(text, "");
    }
    if (claim instanceof Map<?, ?> members) {
      return base64(JSONObjectUtils.toJSONString((Map<String, ?>) members));
    }
    if (claim instanceof List<?> items) {
      return base64(JSONArrayUtils.toJSONString(items));
    }
    return claim == null ? null : text(claim.toString(), "");
  }

  static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Several texts, separated by commas; null where there is none. */
  static @Nullable String list(Collection<?> items) {
    StringJoiner list = new StringJoiner(", ");
    for (Object item : items) {
      if (item != null && !item.toString().isBlank()) {
        list.add(text(item.toString(), ","));
      }
    }
    return list.length() == 0 ? null : list.toString();
  }

  /**
   * A text that fits into a header.
   *
   * @param special characters that have a meaning there
   */
  private static String text(String text, String special) {
    boolean plain =
        text.chars().allMatch(c -> c >= ' ' && c <= '~' && special.indexOf((char) c) < 0)
            && text.charAt(0) != ' '
            && text.charAt(text.length() - 1) != ' '
            && !text.regionMatches(true, 0, ENCODED, 0, ENCODED.length());
    return plain ? text : encoded(text);
  }

  private static String encoded(String text) {
    StringBuilder value = new StringBuilder(ENCODED);
    for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0)) {
        value.append(c);
      } else {
        value.append('%').append(HEX[c >> 4]).append(HEX[c & 0xf]);
      }
    }
    return value.toString();
  }
}
