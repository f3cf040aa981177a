package io.oidcgrant.config;

import com.nimbusds.jose.jwk.JWK;
import io.oidcgrant.protocol.Secret;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is in force of a plugin entry, for people to read: what was written, and the defaults of the
 * rest, in YAML. Secrets are masked.
 */
public final class EffectiveConfig {
  private static final String MASK = "\"***\"";

  /** Of what has types that do not say so. */
  private static final Pattern SECRET =
      Pattern.compile(".*(_values|salt|secret|password|authorization|jwk|_key|^key)$");

  private EffectiveConfig() {}

  /** One line for each field of {@code openid-connect} or {@code upstream-oauth}. */
  public static List<String> lines(PluginEntry entry) {
    List<String> lines = new ArrayList<>();
    ConfigNode config = member(entry.node(), "config");
    if (entry.name().equals(PluginEntry.OPENID_CONNECT)) {
      OidcFields.rows().forEach(field -> add(lines, field, field.name(), config));
    } else {
      String section = "";
      for (Field<?> field : UpstreamOAuthFields.rows()) {
        int dot = field.name().indexOf('.');
        if (!field.name().substring(0, dot).equals(section)) {
          section = field.name().substring(0, dot);
          lines.add(section + ":");
        }
        String name = field.name().substring(dot + 1);
        List<String> inner = new ArrayList<>();
        add(inner, field, name, member(config, section));
        inner.forEach(line -> lines.add("  " + line));
      }
    }
    return lines;
  }

  private static void add(
      List<String> lines, Field<?> field, String name, @Nullable ConfigNode in) {
    ConfigNode written = member(in, name);
    if (written != null) {
      lines.add(name + ": " + text(written, isSecret(field, name)));
    } else if (field.defaultValue() != null) {
      lines.add(name + ": " + value(field.defaultValue()) + " # default");
    }
  }

  /** Whether the values of this field are secrets. */
  static boolean isSecret(Field<?> field, String name) {
    // Kong keeps it where secrets are, but it is none.
    if (name.equals("client_id")) {
      return false;
    }
    return field.type() == FieldType.SECRET
        || field.type() == FieldType.SECRETS
        || isSecretName(name);
  }

  /** Whether what has this name is a secret, whatever its type says. */
  static boolean isSecretName(String name) {
    return SECRET.matcher(name).matches();
  }

  /** Whether this names the place where a secret is kept, which is none itself. */
  static boolean isReference(String text) {
    return text.matches("\\{(vault://|file:)[^}]*}");
  }

  private static @Nullable ConfigNode member(@Nullable ConfigNode of, String name) {
    if (of instanceof ConfigNode.Mapping mapping) {
      for (ConfigNode.Entry entry : mapping.entries()) {
        if (entry.name().equals(name)) {
          return entry.value();
        }
      }
    }
    return null;
  }

  private static String text(ConfigNode node, boolean secret) {
    if (node instanceof ConfigNode.Sequence list) {
      return "["
          + String.join(
              ", ", list.items().stream().map(item -> text(item, secret)).toList())
          + "]";
    }
    if (node instanceof ConfigNode.Mapping mapping) {
      return "{"
          + String.join(
              ", ",
              mapping.entries().stream()
                  .map(entry -> quoted(entry.name()) + ": "
                      + text(entry.value(), secret || isSecretName(entry.name())))
                  .toList())
          + "}";
    }
    ConfigNode.Scalar scalar = (ConfigNode.Scalar) node;
    if (scalar.nullValue()) {
      return "null";
    }
    if (secret && !isReference(scalar.text())) {
      return MASK;
    }
    return scalar.booleanValue() || scalar.numberValue() ? scalar.text() : quoted(scalar.text());
  }

  private static String value(Object value) {
    if (value instanceof Collection<?> items) {
      return "[" + String.join(", ", items.stream().map(EffectiveConfig::value).toList()) + "]";
    }
    if (value instanceof Map<?, ?> || value instanceof Record) {
      return quoted(value.toString());
    }
    if (value instanceof Secret || value instanceof JWK) {
      return MASK;
    }
    return value instanceof Boolean || value instanceof Number
        ? value.toString()
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
