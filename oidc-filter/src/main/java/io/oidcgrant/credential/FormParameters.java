package io.oidcgrant.credential;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a query or of an {@code application/x-www-form-urlencoded} body. What is not
 * asked for is never changed: {@link #without} keeps every other byte.
 */
public final class FormParameters {
  private FormParameters() {}

  /**
   * The values of {@code name} in order; an element is null where it is not percent-encoded UTF-8.
   *
   * @param encoded a query, or a body as ISO 8859-1 text
   */
  public static List<@Nullable String> values(String encoded, String name) {
    List<@Nullable String> values = new ArrayList<>(1);
    for (int start = 0; start <= encoded.length(); ) {
      int end = end(encoded, start);
      int equals = encoded.indexOf('=', start);
      int nameEnd = equals < 0 || equals > end ? end : equals;
      if (named(encoded, start, nameEnd, name)) {
        values.add(decode(encoded.substring(Math.min(nameEnd + 1, end), end)));
      }
      start = end + 1;
    }
    return values;
  }

  /** {@code encoded} less the parameters of these names. */
  public static String without(String encoded, Set<String> names) {
    StringJoiner kept = new StringJoiner("&");
    for (int start = 0; start <= encoded.length(); ) {
      int end = end(encoded, start);
      int equals = encoded.indexOf('=', start);
      int nameEnd = equals < 0 || equals > end ? end : equals;
      boolean hidden = false;
      for (String name : names) {
        hidden |= named(encoded, start, nameEnd, name);
      }
      if (!hidden) {
        kept.add(encoded.substring(start, end));
      }
      start = end + 1;
    }
    return kept.toString();
  }

  /** Calls {@code each} with the decoded name and value of every parameter that can be decoded. */
  public static void forEach(String encoded, java.util.function.BiConsumer<String, String> each) {
    for (int start = 0; start < encoded.length(); ) {
      int end = end(encoded, start);
      int equals = encoded.indexOf('=', start);
      int nameEnd = equals < 0 || equals > end ? end : equals;
      String name = decode(encoded.substring(start, nameEnd));
      String value = decode(encoded.substring(Math.min(nameEnd + 1, end), end));
      if (end > start && name != null && value != null) {
        each.accept(name, value);
      }
      start = end + 1;
    }
  }

  private static int end(String encoded, int start) {
    int end = encoded.indexOf('&', start);
    return end < 0 ? encoded.length() : end;
  }

  private static boolean named(String encoded, int start, int end, String name) {
    if (end - start == name.length() && encoded.startsWith(name, start)) {
      return true;
    }
    if (end - start <= name.length()) {
      return false;
    }
    return name.equals(decode(encoded.substring(start, end)));
  }

  /** Percent-decoded UTF-8 with {@code +} as a space; null where it is not that. */
  private static @Nullable String decode(String encoded) {
    int length = encoded.length();
    ByteBuffer bytes = ByteBuffer.allocate(length);
    for (int i = 0; i < length; i++) {
      char c = encoded.charAt(i);
      if (c == '%') {
        int high = i + 2 < length ? Character.digit(encoded.charAt(i + 1), 16) : -1;
        int low = i + 2 < length ? Character.digit(encoded.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          return null;
        }
        bytes.put((byte) (high << 4 | low));
        i += 2;
      } else if (c > 0xff) {
        return null;
      } else {
        bytes.put((byte) (c == '+' ? ' ' : c));
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
