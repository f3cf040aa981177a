package io.oidcgrant.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What was written, as maps, lists, texts, numbers and booleans, with secrets masked. References to
 * where a secret is kept are none.
 */
public final class MaskedValues {
  private static final String MASK = "***";

  /** Texts even where they look like numbers. */
  private static final Set<String> TEXTS =
      Set.of("id", "name", "username", "custom_id", "instance_name", "tags");

  /** Of what stands beside a plugin's settings. */
  private static final Set<String> ENTITY = Set.of("key", "key_alt", "key_password");

  /** Of what has types that do not say so. */
  private static final Pattern SECRET = Pattern.compile(
      ".*(_values|salt|secret|password|authorization|jwk|_key|^key)$", Pattern.CASE_INSENSITIVE);

  private static final Set<String> PLUGIN = Stream.concat(
          OidcFields.rows().stream(), UpstreamOAuthFields.rows().stream())
      .filter(MaskedValues::isSecret)
      .map(field -> last(field.name()))
      .collect(Collectors.toUnmodifiableSet());

  private MaskedValues() {}

  private static boolean isSecret(Field<?> field) {
    // Kong keeps it where secrets are, but it is none.
    return !last(field.name()).equals("client_id")
        && (field.type() == FieldType.SECRET
            || field.type() == FieldType.SECRETS
            || field.type() instanceof TextMapType
            || SECRET.matcher(last(field.name())).matches());
  }

  /** Whether this names the place where a secret is kept, which is none itself. */
  private static boolean isReference(String text) {
    return text.matches("\\{(vault://|file:)[^}]*}");
  }

  private static String last(String name) {
    return name.substring(name.indexOf('.') + 1);
  }

  /**
   * The members of an entity: a service, route, plugin, certificate or consumer.
   *
   * @param without names that are left out
   */
  public static Map<String, @Nullable Object> of(ConfigNode entity, String... without) {
    return members(entity, ENTITY, Set.of(without));
  }

  private static Map<String, @Nullable Object> members(
      ConfigNode node, Set<String> secrets, Set<String> without) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    if (node instanceof ConfigNode.Mapping mapping) {
      for (ConfigNode.Entry entry : mapping.entries()) {
        String name = entry.name();
        if (without.contains(name)) {
          continue;
        }
        Set<String> inside = name.equals("config") ? PLUGIN : secrets;
        boolean secret = inside.contains(name) || SECRET.matcher(name).matches();
        members.put(name, value(entry.value(), inside, secret, TEXTS.contains(name)));
      }
    }
    return members;
  }

  private static @Nullable Object value(
      ConfigNode node, Set<String> secrets, boolean secret, boolean text) {
    if (node instanceof ConfigNode.Sequence list) {
      List<@Nullable Object> items = new ArrayList<>();
      list.items().forEach(item -> items.add(value(item, secrets, secret, text)));
      return items;
    }
    if (node instanceof ConfigNode.Mapping mapping) {
      if (!secret) {
        return members(mapping, secrets, Set.of());
      }
      Map<String, @Nullable Object> masked = new LinkedHashMap<>();
      mapping
          .entries()
          .forEach(entry -> masked.put(entry.name(), value(entry.value(), secrets, true, true)));
      return masked;
    }
    return scalar((ConfigNode.Scalar) node, secret, text);
  }

  private static @Nullable Object scalar(ConfigNode.Scalar scalar, boolean secret, boolean text) {
    String written = scalar.text();
    if (scalar.nullValue()) {
      return null;
    }
    if ((secret && !isReference(written)) || written.contains("PRIVATE KEY")) {
      return MASK;
    }
    if (!text && scalar.booleanValue()) {
      return written.equalsIgnoreCase("true");
    }
    return !text && scalar.numberValue()
        ? plain(new BigDecimal(written))
        : written.replaceAll("://[^/@\\s]*@", "://" + MASK + "@");
  }

  /** As it would be written without an exponent. */
  private static BigDecimal plain(BigDecimal number) {
    return number.scale() < 0 ? number.setScale(0) : number;
  }
}
