package io.oidcgrant.config;

import io.oidcgrant.protocol.Secret;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a value of one type is read from what was written, and how JSON Schema says it. Immutable.
 */
public interface FieldType<T> {
  /** The value; empty where the node does not hold one, which is then noted as a problem. */
  Optional<T> read(ConfigNode node, String path, Reading reading);

  /** What is wrong with a value that came from a program; empty where nothing is. */
  Optional<String> wrong(T value);

  Map<String, Object> schema();

  /** In words, for messages and the reference. */
  String words();

  FieldType<String> TEXT = new TextType(false);

  /** A text that may be written as a reference to where it is kept. */
  FieldType<Secret> SECRET = new FieldType<>() {
    @Override
    public Optional<Secret> read(ConfigNode node, String path, Reading reading) {
      return REFERENCEABLE.read(node, path, reading).map(Secret::of);
    }

    @Override
    public Optional<String> wrong(Secret value) {
      return Optional.empty();
    }

    @Override
    public Map<String, Object> schema() {
      return TEXT.schema();
    }

    @Override
    public String words() {
      return "a text";
    }
  };

  FieldType<List<Secret>> SECRETS = listOf(SECRET);

  /** A text that is no secret but may be kept where secrets are. */
  FieldType<String> REFERENCEABLE = new TextType(true);

  FieldType<Boolean> BOOLEAN = new FieldType<>() {
    @Override
    public Optional<Boolean> read(ConfigNode node, String path, Reading reading) {
      if (node instanceof ConfigNode.Scalar scalar && scalar.booleanValue()) {
        return Optional.of(scalar.text().equalsIgnoreCase("true"));
      }
      reading.problem(node, path, "is " + node.kind() + ", must be true or false");
      return Optional.empty();
    }

    @Override
    public Optional<String> wrong(Boolean value) {
      return Optional.empty();
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "boolean");
    }

    @Override
    public String words() {
      return "boolean";
    }
  };

  /** A whole number. */
  static FieldType<Integer> integer(int min, int max) {
    return new NumberType<>(BigDecimal.valueOf(min), BigDecimal.valueOf(max), true) {
      @Override
      Integer convert(BigDecimal number) {
        return number.intValueExact();
      }
    };
  }

  /** A number with or without a fraction. */
  static FieldType<Double> number(double min, double max) {
    return new NumberType<>(BigDecimal.valueOf(min), BigDecimal.valueOf(max), false) {
      @Override
      Double convert(BigDecimal number) {
        return number.doubleValue();
      }
    };
  }

  static FieldType<String> oneOf(String... values) {
    List<String> allowed = List.of(values);
    return new FieldType<>() {
      @Override
      public Optional<String> read(ConfigNode node, String path, Reading reading) {
        Optional<String> text = TEXT.read(node, path, reading);
        Optional<String> wrong = text.flatMap(this::wrong);
        wrong.ifPresent(message -> reading.problem(node, path, message));
        return wrong.isPresent() ? Optional.empty() : text;
      }

      @Override
      public Optional<String> wrong(String value) {
        return allowed.contains(value)
            ? Optional.empty()
            : Optional.of("must be one of "
                + String.join(", ", allowed)
                + Nearest.to(value, allowed)
                    .map(n -> "; did you mean " + n + "?")
                    .orElse(""));
      }

      @Override
      public Map<String, Object> schema() {
        return Map.of("type", "string", "enum", allowed);
      }

      @Override
      public String words() {
        return String.join(" | ", allowed);
      }
    };
  }

  /** A list; a single value is a list of one. */
  static <T> FieldType<List<T>> listOf(FieldType<T> item) {
    return new FieldType<>() {
      @Override
      public Optional<List<T>> read(ConfigNode node, String path, Reading reading) {
        if (!(node instanceof ConfigNode.Sequence sequence)) {
          return item.read(node, path, reading).map(List::of);
        }
        List<T> values = new ArrayList<>();
        boolean whole = true;
        for (int i = 0; i < sequence.items().size(); i++) {
          Optional<T> value = item.read(sequence.items().get(i), path + "[" + i + "]", reading);
          whole &= value.isPresent();
          value.ifPresent(values::add);
        }
        return whole ? Optional.of(List.copyOf(values)) : Optional.empty();
      }

      @Override
      public Optional<String> wrong(List<T> values) {
        return values.stream().flatMap(value -> item.wrong(value).stream()).findFirst();
      }

      @Override
      public Map<String, Object> schema() {
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("type", "array");
        list.put("items", item.schema());
        return Map.of("anyOf", List.of(list, item.schema()));
      }

      @Override
      public String words() {
        return "list of " + item.words();
      }
    };
  }

  /**
   * The node that a text stands for where only texts can be written: lists separated by commas or
   * white space, secrets as they are, mappings as JSON or YAML.
   */
  static ConfigNode fromText(FieldType<?> type, String source, String text, Reading reading) {
    if (type.words().contains("JSON Web Key") || type.words().contains("mapping")) {
      return YamlReader.single(YamlReader.read(source, text, reading))
          .orElseGet(() -> ConfigNode.Scalar.text(source, text));
    }
    if (type == SECRET || type == SECRETS) {
      return ConfigNode.Scalar.text(source, text);
    }
    if (!type.words().startsWith("list of ")) {
      return ConfigNode.Scalar.text(source, text.strip());
    }
    List<ConfigNode> items = new ArrayList<>();
    Arrays.stream(text.split("[,\\s]+"))
        .filter(item -> !item.isEmpty())
        .forEach(item -> items.add(ConfigNode.Scalar.text(source, item)));
    return new ConfigNode.Sequence(source, 0, items);
  }
}
