package io.oidcgrant.config;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A text. Where {@code referenceable}, the whole of it may be {@code {vault://env/NAME}},
 * {@code {vault://env/NAME/KEY}} (a member of the JSON object in the variable) or
 * {@code {file:PATH}} (the file's content without its last line end).
 */
record TextType(boolean referenceable) implements FieldType<String> {
  private static final String VAULT = "{vault://env/";
  private static final String FILE = "{file:";
  private static final Pattern LIKE_A_REFERENCE =
      Pattern.compile("\\s*\\$?\\{\\s*(vault|file)\\s*:", Pattern.CASE_INSENSITIVE);

  @Override
  public Optional<String> read(ConfigNode node, String path, Reading reading) {
    if (!(node instanceof ConfigNode.Scalar scalar)) {
      reading.problem(node, path, "is " + node.kind() + ", must be a text");
      return Optional.empty();
    }
    if (!scalar.textValue()) {
      reading.problem(node, path, "is " + node.kind() + ", must be a text: put it in quotes");
      return Optional.empty();
    }
    String text = scalar.text();
    if (referenceable && text.startsWith(VAULT) && text.endsWith("}")) {
      return fromEnvironment(
          text.substring(VAULT.length(), text.length() - 1), node, path, reading);
    }
    if (referenceable && fileOf(text).isPresent()) {
      return fromFile(fileOf(text).get(), node, path, reading);
    }
    if (referenceable && text.startsWith("{vault://")) {
      reading.problem(
          node,
          path,
          "names a vault that is not implemented in this release; use {vault://env/NAME} or {file:PATH}");
      return Optional.empty();
    }
    if (referenceable && LIKE_A_REFERENCE.matcher(text).lookingAt()) {
      reading.problem(
          node, path, "is like a reference and is none; write {vault://env/NAME} or {file:PATH}");
      return Optional.empty();
    }
    return Optional.of(text);
  }

  /** The file's name in a reference to a file. */
  static Optional<String> fileOf(String text) {
    return text.startsWith(FILE) && text.endsWith("}")
        ? Optional.of(text.substring(FILE.length(), text.length() - 1))
        : Optional.empty();
  }

  private static Optional<String> fromEnvironment(
      String reference, ConfigNode node, String path, Reading reading) {
    int slash = reference.indexOf('/');
    String name = (slash < 0 ? reference : reference.substring(0, slash))
        .replace('-', '_')
        .toUpperCase(Locale.ROOT);
    String value = reading.environment(name);
    if (value != null && slash >= 0) {
      value = member(value, reference.substring(slash + 1));
      if (value == null) {
        reading.problem(
            node,
            path,
            "environment variable " + name + " holds no JSON object with that text in it");
        return Optional.empty();
      }
    }
    if (value == null) {
      reading.problem(node, path, "environment variable " + name + " is not set");
    }
    return Optional.ofNullable(value);
  }

  private static @Nullable String member(String json, String key) {
    try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean wanted = key.equals(parser.currentName());
        JsonToken token = parser.nextToken();
        if (wanted) {
          return token == JsonToken.VALUE_STRING ? parser.getString() : null;
        }
        parser.skipChildren();
      }
      return null;
    } catch (JacksonException e) {
      return null;
    }
  }

  private static Optional<String> fromFile(
      String file, ConfigNode node, String path, Reading reading) {
    try {
      return Optional.of(reading.textOf(Path.of(file)).replaceFirst("\\r?\\n\\z", ""));
    } catch (IOException | InvalidPathException e) {
      String why = e instanceof FileSystemException known && known.getReason() != null
          ? known.getReason()
          : e.getClass().getSimpleName();
      reading.problem(node, path, "the file it names cannot be read: " + why);
      return Optional.empty();
    }
  }

  @Override
  public Optional<String> wrong(String value) {
    return Optional.empty();
  }

  @Override
  public Map<String, Object> schema() {
    return Map.of("type", "string");
  }

  @Override
  public String words() {
    return "a text";
  }
}
