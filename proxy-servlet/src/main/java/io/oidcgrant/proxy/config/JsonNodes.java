package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;

/** Configuration as JSON, which is YAML as well. */
public final class JsonNodes {
  private static final JsonFactory JSON = factory(64);

  /** Entities stand in lists, and what was read as YAML may be as deep as can be written. */
  private static final JsonFactory KEPT =
      factory(StreamWriteConstraints.defaults().getMaxNestingDepth());

  private JsonNodes() {}

  private static JsonFactory factory(int deepest) {
    return JsonFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .streamReadConstraints(
            StreamReadConstraints.builder().maxNestingDepth(deepest).build())
        .build();
  }

  /**
   * What a text says.
   *
   * @throws IllegalArgumentException if it is not JSON, has a name twice or is too deep; the
   *     message holds nothing of it
   */
  public static ConfigNode read(String source, byte[] text) {
    return read(JSON, source, text);
  }

  /** The same of what {@link #write} made. */
  static ConfigNode readKept(String source, byte[] text) {
    return read(KEPT, source, text);
  }

  private static ConfigNode read(JsonFactory json, String source, byte[] text) {
    try (JsonParser parser = json.createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
      ConfigNode node = value(source, parser);
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("is more than one JSON value");
      }
      return node;
    } catch (JacksonException e) {
      throw new IllegalArgumentException("is not JSON");
    }
  }

  private static ConfigNode value(String source, JsonParser parser) {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      List<ConfigNode.Entry> entries = new ArrayList<>();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        entries.add(new ConfigNode.Entry(name, 0, value(source, parser)));
      }
      return new ConfigNode.Mapping(source, 0, entries);
    }
    if (token == JsonToken.START_ARRAY) {
      List<ConfigNode> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(value(source, parser));
      }
      return new ConfigNode.Sequence(source, 0, items);
    }
    if (token == null) {
      throw new IllegalArgumentException("is empty");
    }
    boolean text = token == JsonToken.VALUE_STRING;
    return new ConfigNode.Scalar(source, 0, parser.getString(), !text, false);
  }

  /** The text of a node. */
  public static String write(ConfigNode node) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      write(node, json);
    }
    return text.toString();
  }

  private static void write(ConfigNode node, JsonGenerator json) {
    if (node instanceof ConfigNode.Mapping mapping) {
      json.writeStartObject();
      for (ConfigNode.Entry entry : mapping.entries()) {
        json.writeName(entry.name());
        write(entry.value(), json);
      }
      json.writeEndObject();
    } else if (node instanceof ConfigNode.Sequence list) {
      json.writeStartArray();
      list.items().forEach(item -> write(item, json));
      json.writeEndArray();
    } else {
      write((ConfigNode.Scalar) node, json);
    }
  }

  private static void write(ConfigNode.Scalar scalar, JsonGenerator json) {
    if (scalar.isNull()) {
      json.writeNull();
    } else if (scalar.textValue()) {
      json.writeString(scalar.text());
    } else if (scalar.booleanValue()) {
      json.writeBoolean(scalar.text().equalsIgnoreCase("true"));
    } else {
      json.writeNumber(new BigDecimal(scalar.text()));
    }
  }
}
