package io.oidcgrant.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is in force of a plugin entry, for people to read: what was written, and the defaults of the
 * rest, in YAML. Secrets are masked.
 */
public final class EffectiveConfig {
  private EffectiveConfig() {}

  /** One line for each field of {@code openid-connect} or {@code upstream-oauth}. */
  public static List<String> lines(PluginEntry entry) {
    List<String> lines = new ArrayList<>();
    Object config = MaskedValues.of(entry.node()).get("config");
    if (entry.name().equals(PluginEntry.OPENID_CONNECT)) {
      Function<Field<?>, Optional<?>> unwritten =
          field -> entry.config().flatMap(settings -> settings.inForce(field));
      OidcFields.rows().forEach(field -> add(lines, field, field.name(), config, unwritten));
      return lines;
    }
    Function<Field<?>, Optional<?>> unwritten =
        field -> entry.upstreamOAuth().flatMap(settings -> settings.inForce(field));
    String section = "";
    for (Field<?> field : UpstreamOAuthFields.rows()) {
      int dot = field.name().indexOf('.');
      if (!field.name().substring(0, dot).equals(section)) {
        section = field.name().substring(0, dot);
        lines.add(section + ":");
      }
      Object in = config instanceof Map<?, ?> sections ? sections.get(section) : null;
      List<String> inner = new ArrayList<>();
      add(inner, field, field.name().substring(dot + 1), in, unwritten);
      inner.forEach(line -> lines.add("  " + line));
    }
    return lines;
  }

  private static void add(
      List<String> lines,
      Field<?> field,
      String name,
      @Nullable Object in,
      Function<Field<?>, Optional<?>> unwritten) {
    if (in instanceof Map<?, ?> written && written.containsKey(name)) {
      lines.add(name + ": " + value(written.get(name)));
    } else {
      unwritten
          .apply(field)
          .ifPresent(value -> lines.add(name + ": " + value(value) + " # default"));
    }
  }

  private static String value(@Nullable Object value) {
    if (value instanceof Collection<?> items) {
      return "[" + String.join(", ", items.stream().map(EffectiveConfig::value).toList()) + "]";
    }
    if (value instanceof Map<?, ?> members) {
      return "{"
          + String.join(
              ", ",
              members.entrySet().stream()
                  .map(member ->
                      quoted(String.valueOf(member.getKey())) + ": " + value(member.getValue()))
                  .toList())
          + "}";
    }
    if (value instanceof BigDecimal number) {
      return number.toPlainString();
    }
    return value == null || value instanceof Boolean || value instanceof Number
        ? String.valueOf(value)
        : quoted(value.toString());
  }

  /** A text as YAML has it, and JSON. */
  public static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints().forEach(c -> {
      if (c == '"' || c == '\\') {
        quoted.append('\\').appendCodePoint(c);
      } else if (c < ' ' || c == 0x7F) {
        quoted
            .append("\\x")
            .append(Character.forDigit(c >> 4, 16))
            .append(Character.forDigit(c & 15, 16));
      } else {
        quoted.appendCodePoint(c);
      }
    });
    return quoted.append('"').toString();
  }
}
