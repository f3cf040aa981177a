package io.oidcgrant.examples.identity;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The members of a JSON object, read one by one; what is wrong is a {@link Problem} with the
 * field's name. One per request.
 */
final class Fields {
  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final int MOST = 50;

  private final Map<String, Object> unread;

  private Fields(Map<String, Object> members) {
    this.unread = members;
  }

  static Fields parse(String json) {
    try {
      Map<String, Object> members = JSONObjectUtils.parse(json);
      if (members != null) { // null for the text null
        return of(members);
      }
    } catch (ParseException e) {
      // As for any other text that is no object.
    }
    throw Problem.of(400, "the body is not a JSON object");
  }

  static Fields of(Map<String, Object> members) {
    return new Fields(new LinkedHashMap<>(members));
  }

  /** A JSON object inside another. */
  static Map<String, Object> members(Map<?, ?> object) {
    Map<String, Object> members = new LinkedHashMap<>();
    object.forEach((name, value) -> members.put(String.valueOf(name), value));
    return members;
  }

  boolean has(String name) {
    return unread.get(name) != null;
  }

  /** Any value; null where there is none. */
  @Nullable Object any(String name) {
    return unread.remove(name);
  }

  /** A text of 1 to {@code most} characters. */
  String text(String name, int most) {
    if (unread.remove(name) instanceof String text && !text.isBlank() && text.length() <= most) {
      return text;
    }
    throw Problem.field(name, name + " must be a text of 1 to " + most + " characters");
  }

  /** A text of at most {@code most} characters. */
  String text(String name, int most, String otherwise) {
    Object value = unread.remove(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof String text && text.length() <= most) {
      return text;
    }
    throw Problem.field(name, name + " must be a text of at most " + most + " characters");
  }

  /** One of these texts. */
  String choice(String name, List<String> choices, String otherwise) {
    Object value = unread.remove(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof String text && choices.contains(text)) {
      return text;
    }
    throw Problem.field(name, name + " must be one of " + String.join(", ", choices));
  }

  boolean flag(String name, boolean otherwise) {
    Object value = unread.remove(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw Problem.field(name, name + " must be true or false");
  }

  /** A whole number between these, both included. */
  int number(String name, int least, int most, int otherwise) {
    Object value = unread.remove(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Number number
        && number.doubleValue() == number.longValue()
        && number.longValue() >= least
        && number.longValue() <= most) {
      return number.intValue();
    }
    throw Problem.field(name, name + " must be a whole number from " + least + " to " + most);
  }

  /** A list of at most 50 texts; empty where there is none. */
  List<String> texts(String name) {
    Object value = unread.remove(name);
    if (value == null) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    if (value instanceof List<?> list && list.size() <= MOST) {
      for (Object item : list) {
        if (item instanceof String text && !text.isBlank() && text.length() <= 2048) {
          texts.add(text);
        }
      }
      if (texts.size() == list.size()) {
        return List.copyOf(texts);
      }
    }
    throw Problem.field(name, name + " must be a list of at most " + MOST + " texts");
  }

  /** Texts by name, at most 50, such as labels. */
  Map<String, String> pairs(String name) {
    Object value = unread.remove(name);
    if (value == null) {
      return Map.of();
    }
    Map<String, String> pairs = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map && map.size() <= MOST) {
      map.forEach((key, text) -> {
        if (LABEL.matcher(String.valueOf(key)).matches() && text instanceof String label) {
          pairs.put(String.valueOf(key), label);
        }
      });
      if (pairs.size() == map.size()) {
        return pairs;
      }
    }
    throw Problem.field(name, name + " must be an object of at most " + MOST + " texts");
  }

  /** Nothing else may be there. */
  void end() {
    for (String name : unread.keySet()) {
      throw Problem.field(
          name.length() > 64 ? name.substring(0, 64) : name, "there is no such field");
    }
  }
}
