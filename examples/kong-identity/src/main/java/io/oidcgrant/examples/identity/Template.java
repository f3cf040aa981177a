package io.oidcgrant.examples.identity;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with expressions such as <code>${ .Client.Labels.env | default "production" | upper }
 * </code>. A field without a value is the empty text. Safe for concurrent use.
 */
final class Template {
  private static final Pattern EXPRESSION = Pattern.compile("\\$\\{([^}]*)}");
  private static final Pattern TOKEN = Pattern.compile(
      "\\G\\s*(?:\"(?<text>[^\"]*)\"|(?<number>\\d{1,3})|(?<field>\\.[\\w.-]+)|(?<name>\\w+)|(?<pipe>\\|))");
  private static final Pattern FIELD =
      Pattern.compile("\\.(AuthServer\\.(ID|Name|Audience|Description|Issuer|Labels\\.[\\w.-]+)"
          + "|Client\\.(ID|Name|Labels\\.[\\w.-]+))");

  /** The functions, with the number of their arguments; a piped value is the last one. */
  private static final Map<String, Integer> FUNCTIONS = Map.of(
      "uuidv4", 0,
      "now", 0,
      "upper", 1,
      "lower", 1,
      "randAlphaNum", 1,
      "uuidParse", 1,
      "uuidValidate", 1,
      "default", 2,
      "date", 2);

  /** What Go's reference time is made of, and what it is in Java's patterns. */
  private static final List<Map.Entry<String, String>> LAYOUT = List.of(
      Map.entry("2006", "yyyy"),
      Map.entry("Z07:00", "XXX"),
      Map.entry("January", "MMMM"),
      Map.entry("Monday", "EEEE"),
      Map.entry("Jan", "MMM"),
      Map.entry("Mon", "EEE"),
      Map.entry("MST", "zzz"),
      Map.entry("01", "MM"),
      Map.entry("02", "dd"),
      Map.entry("15", "HH"),
      Map.entry("04", "mm"),
      Map.entry("05", "ss"));

  private static final String ALPHANUMERIC =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

  /** A literal, a field or a function with its arguments. */
  private interface Part extends Function<Map<String, String>, Object> {}

  private final List<Part> parts = new ArrayList<>();

  private Template() {}

  /** Throws {@link IllegalArgumentException} with what is wrong. */
  static Template parse(String text) {
    Template template = new Template();
    Matcher expression = EXPRESSION.matcher(text);
    int end = 0;
    while (expression.find()) {
      String literal = text.substring(end, expression.start());
      template.parts.add(fields -> literal);
      template.parts.add(pipeline(expression.group(1)));
      end = expression.end();
    }
    String rest = text.substring(end);
    if (rest.contains("${")) {
      throw new IllegalArgumentException("an expression does not end");
    }
    template.parts.add(fields -> rest);
    return template;
  }

  /** @param fields the values by name, such as {@code .Client.Name} */
  String render(Map<String, String> fields) {
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(part.apply(fields)));
    return text.toString();
  }

  private static Part pipeline(String expression) {
    Matcher token = TOKEN.matcher(expression.strip());
    Command command = new Command(Optional.empty());
    int end = 0;
    while (token.find()) {
      end = token.end();
      if (token.group("pipe") == null) {
        command.read(token);
      } else {
        command = new Command(Optional.of(command.value()));
      }
    }
    if (end != expression.strip().length()) {
      throw new IllegalArgumentException("cannot be read from character " + end + " on");
    }
    return command.value();
  }

  /** What stands between two pipes: a value, or a function with its arguments. */
  private static final class Command {
    private final Optional<Part> piped;
    private final List<Part> operands = new ArrayList<>();
    private String function = "";

    private Command(Optional<Part> piped) {
      this.piped = piped;
    }

    private void read(Matcher token) {
      String name = token.group("name");
      if (name == null) {
        operands.add(operand(token));
      } else if (function.isEmpty() && operands.isEmpty()) {
        function = name;
      } else {
        throw new IllegalArgumentException("a function stands first");
      }
    }

    private Part value() {
      if (function.isEmpty()) {
        if (piped.isPresent() || operands.size() != 1) {
          throw new IllegalArgumentException("an expression is a value or a function");
        }
        return operands.get(0);
      }
      piped.ifPresent(operands::add);
      Integer count = FUNCTIONS.get(function);
      if (count == null || count != operands.size()) {
        throw new IllegalArgumentException(
            "no function " + function + " with " + operands.size() + " arguments");
      }
      return fields ->
          apply(function, operands.stream().map(part -> part.apply(fields)).toList());
    }
  }

  private static Part operand(Matcher token) {
    String field = token.group("field");
    if (field == null) {
      String literal = token.group("text") == null ? token.group("number") : token.group("text");
      return fields -> literal;
    }
    if (!FIELD.matcher(field).matches()) {
      throw new IllegalArgumentException("there is no field " + field);
    }
    return fields -> fields.getOrDefault(field, "");
  }

  private static Object apply(String function, List<Object> arguments) {
    Object last = arguments.isEmpty() ? "" : arguments.get(arguments.size() - 1);
    String text = last.toString();
    return switch (function) {
      case "uuidv4" -> UUID.randomUUID().toString();
      case "now" -> InstantSource.system().instant();
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "default" -> text.isEmpty() ? arguments.get(0) : last;
      case "date" -> date(arguments.get(0).toString(), last);
      case "randAlphaNum" -> random(text);
      case "uuidParse" -> isUuid(text) ? UUID.fromString(text).toString() : "";
      default -> String.valueOf(isUuid(text));
    };
  }

  private static String date(String layout, Object time) {
    String pattern = "'" + layout.replace("'", "''") + "'";
    for (Map.Entry<String, String> element : LAYOUT) {
      pattern = pattern.replace(element.getKey(), "'" + element.getValue() + "'");
    }
    pattern = pattern.replace("''", "");
    return time instanceof Instant instant
        ? DateTimeFormatter.ofPattern(pattern, Locale.ROOT)
            .withZone(ZoneOffset.UTC)
            .format(instant)
        : "";
  }

  private static String random(String length) {
    StringBuilder text = new StringBuilder();
    int count = length.matches("\\d{1,3}") ? Integer.parseInt(length) : 0;
    for (int i = 0; i < count; i++) {
      text.append(ALPHANUMERIC.charAt(Randomness.SECURE.nextInt(ALPHANUMERIC.length())));
    }
    return text.toString();
  }

  private static boolean isUuid(String text) {
    return text.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  }
}
