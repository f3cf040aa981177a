package io.oidcgrant.config;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** A piece of configuration as it was written, with the place where it stands. */
public sealed interface ConfigNode {
  String source();

  /** From 1; 0 where the source has no lines. */
  int line();

  /** What this is, in words for a message: "a text", "a list", "a mapping". */
  String kind();

  default boolean isNull() {
    return this instanceof Scalar scalar && scalar.nullValue();
  }

  /**
   * A single value.
   *
   * @param text what was written, after {@code ${{ env "…" }}} was replaced
   * @param plain written without quotes, so that YAML's types apply (1.2 core schema)
   * @param substituted contains a value from the environment: taken as whatever type the field
   *     wants
   */
  record Scalar(String source, int line, String text, boolean plain, boolean substituted)
      implements ConfigNode {
    private static final Pattern NUMBER =
        Pattern.compile("[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d{1,3})?");
    private static final Set<String> BOOLEANS =
        Set.of("true", "True", "TRUE", "false", "False", "FALSE");

    /** A value from a place that knows only texts, such as a servlet's init-param. */
    static Scalar text(String source, String text) {
      return new Scalar(source, 0, text, false, true);
    }

    boolean nullValue() {
      return plain
          && !substituted
          && (text.isEmpty() || text.equals("~") || text.equalsIgnoreCase("null"));
    }

    public boolean booleanValue() {
      return (plain || substituted) && BOOLEANS.contains(text);
    }

    boolean numberValue() {
      return (plain || substituted)
          && text.length() < 40
          && !text.isEmpty()
          && text.charAt(0) <= '9'
          && NUMBER.matcher(text).matches();
    }

    public boolean textValue() {
      return substituted || !plain || !(nullValue() || booleanValue() || numberValue());
    }

    @Override
    public String kind() {
      return nullValue()
          ? "null"
          : textValue() ? "a text" : booleanValue() ? "a boolean" : "a number";
    }

    /** Values may be secrets. */
    @Override
    public String toString() {
      return "Scalar[" + source + ":" + line + "]";
    }
  }

  record Sequence(String source, int line, List<ConfigNode> items) implements ConfigNode {
    @Override
    public String kind() {
      return "a list";
    }
  }

  record Mapping(String source, int line, List<Entry> entries) implements ConfigNode {
    @Override
    public String kind() {
      return "a mapping";
    }
  }

  /** One line of a mapping; {@code line} is the name's. */
  record Entry(String name, int line, ConfigNode value) {}
}
