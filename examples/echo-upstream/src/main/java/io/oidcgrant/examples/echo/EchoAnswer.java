package io.oidcgrant.examples.echo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;

/** The answer of httpbin's {@code /anything} to a request. */
final class EchoAnswer {
  private static final JsonFactory JSON = new JsonFactory();
  private static final ObjectWriteContext PRETTY = new ObjectWriteContext.Base() {
    @Override
    public PrettyPrinter getPrettyPrinter() {
      return new DefaultPrettyPrinter(Separators.createDefaultInstance()
              .withObjectNameValueSpacing(Separators.Spacing.AFTER))
          .withObjectIndenter(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
    }
  };
  private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)");
  private static final Pattern NAME = Pattern.compile("[; ]name=\"([^\"]*)\"");
  private static final Pattern FILENAME = Pattern.compile("filename=\"");

  private final Map<String, List<String>> args;
  private final Map<String, List<String>> form;
  private final Map<String, List<String>> files = new TreeMap<>();
  private final String data;

  private EchoAnswer(RecordedRequest request) {
    args = pairs(request.rawQuery().orElse(""));
    String type = request.header("Content-Type").orElse("");
    String mediaType = type.toLowerCase(Locale.ROOT);
    Matcher boundary = BOUNDARY.matcher(type);
    if (mediaType.startsWith("application/x-www-form-urlencoded")) {
      form = pairs(request.bodyText());
      data = "";
    } else if (mediaType.startsWith("multipart/form-data") && boundary.find()) {
      form = new TreeMap<>();
      data = "";
      readParts(new String(request.body(), ISO_8859_1), boundary.group(1));
    } else {
      form = Map.of();
      data = text(request.body());
    }
  }

  static byte[] json(RecordedRequest request) {
    EchoAnswer answer = new EchoAnswer(request);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(PRETTY, bytes)) {
      json.writeStartObject();
      write(json, "args", answer.args);
      json.writeStringProperty("data", answer.data);
      write(json, "files", answer.files);
      write(json, "form", answer.form);
      json.writeObjectPropertyStart("headers");
      request
          .headers()
          .forEach((name, values) -> json.writeStringProperty(name, String.join(",", values)));
      json.writeEndObject();
      json.writeName("json");
      if (isJson(answer.data)) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), answer.data)) {
          parser.nextToken();
          json.copyCurrentStructure(parser);
        }
      } else {
        json.writeNull();
      }
      json.writeStringProperty("method", request.method());
      json.writeStringProperty("origin", request.origin());
      json.writeStringProperty("url", request.url());
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /** One value is a string, several are a list. */
  private static void write(JsonGenerator json, String name, Map<String, List<String>> pairs) {
    json.writeObjectPropertyStart(name);
    pairs.forEach((key, values) -> {
      if (values.size() == 1) {
        json.writeStringProperty(key, values.get(0));
      } else {
        json.writeArrayPropertyStart(key);
        values.forEach(json::writeString);
        json.writeEndArray();
      }
    });
    json.writeEndObject();
  }

  private static boolean isJson(String text) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JacksonException e) {
      return false;
    }
  }

  private static Map<String, List<String>> pairs(String encoded) {
    Map<String, List<String>> pairs = new TreeMap<>();
    for (String pair : encoded.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        add(pairs, decode(name), decode(value));
      }
    }
    return pairs;
  }

  private static String decode(String encoded) {
    try {
      return URLDecoder.decode(encoded, UTF_8);
    } catch (IllegalArgumentException e) {
      return encoded;
    }
  }

  private void readParts(String body, String boundary) {
    for (String part : body.split(Pattern.quote("--" + boundary), -1)) {
      int end = part.indexOf("\r\n\r\n");
      Matcher name = NAME.matcher(part.substring(0, Math.max(0, end)));
      if (name.find() && part.endsWith("\r\n")) {
        boolean file = FILENAME.matcher(part.substring(0, end)).find();
        byte[] content = part.substring(end + 4, part.length() - 2).getBytes(ISO_8859_1);
        add(
            file ? files : form,
            new String(name.group(1).getBytes(ISO_8859_1), UTF_8),
            text(content));
      }
    }
  }

  private static void add(Map<String, List<String>> pairs, String name, String value) {
    pairs.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
  }

  /** UTF-8 as text, anything else as a data URL. */
  private static String text(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return "data:application/octet-stream;base64," + Base64.getEncoder().encodeToString(bytes);
    }
  }
}
