package io.oidcgrant.credential;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of body that are searched for credentials: forms and JSON, in UTF-8, without a content
 * coding.
 */
public enum SearchableBody {
  FORM {
    @Override
    public List<@Nullable String> values(byte[] body, String name) {
      return FormParameters.values(new String(body, StandardCharsets.ISO_8859_1), name);
    }

    @Override
    public byte[] without(byte[] body, Set<String> names) {
      return FormParameters.without(new String(body, StandardCharsets.ISO_8859_1), names)
          .getBytes(StandardCharsets.ISO_8859_1);
    }
  },
  JSON {
    @Override
    public List<@Nullable String> values(byte[] body, String name) {
      return JsonMembers.values(body, name);
    }

    @Override
    public byte[] without(byte[] body, Set<String> names) {
      return JsonMembers.without(body, names);
    }
  };

  public abstract List<@Nullable String> values(byte[] body, String name);

  public abstract byte[] without(byte[] body, Set<String> names);

  /**
   * The kind of this request's body; null where it is none that is searched. A GET or HEAD has none
   * (RFC 6750 section 2.2).
   */
  public static @Nullable SearchableBody of(RequestView request) {
    String type = request.contentType();
    if (type == null
        || !request.mayHaveBody()
        || request.method().equals("GET")
        || request.method().equals("HEAD")) {
      return null;
    }
    String lower = type.toLowerCase(Locale.ROOT);
    int semicolon = lower.indexOf(';');
    String essence = (semicolon < 0 ? lower : lower.substring(0, semicolon)).strip();
    SearchableBody kind = switch (essence) {
      case "application/x-www-form-urlencoded" -> FORM;
      case "application/json" -> JSON;
      default -> null;
    };
    return kind != null && utf8(lower) && plain(request) ? kind : null;
  }

  private static boolean utf8(String type) {
    int charset = type.indexOf("charset=");
    if (charset < 0) {
      return true;
    }
    String value = type.substring(charset + 8).replace("\"", "");
    return value.matches("(utf-8|us-ascii)\\s*(;.*)?");
  }

  private static boolean plain(RequestView request) {
    return request.headers("Content-Encoding").stream()
        .allMatch(coding -> coding.strip().equalsIgnoreCase("identity"));
  }
}
