package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.proxy.config.JsonNodes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/** What the body of a request says. */
final class Bodies {
  /** In bytes. */
  static final int LONGEST = 8 * 1024 * 1024;

  private static final int MOST_PARTS = 1000;

  private Bodies() {}

  /** Of a type that says nothing here. */
  static final class UnsupportedTypeException extends Exception {
    private static final long serialVersionUID = 1;

    UnsupportedTypeException() {
      super("neither JSON nor a form");
    }
  }

  /**
   * The fields of an entity.
   *
   * @param type the request's {@code Content-Type}; null where it has none
   * @param plugin see {@link FormFields#node}
   * @throws IllegalArgumentException if it cannot be read; the message holds nothing of it
   */
  static ConfigNode.Mapping read(
      @Nullable String type, byte[] body, String source, @Nullable String plugin)
      throws UnsupportedTypeException {
    if (body.length == 0) {
      return new ConfigNode.Mapping(source, 0, List.of());
    }
    switch (mediaType(type)) {
      case "application/json" -> {
        if (JsonNodes.read(source, body) instanceof ConfigNode.Mapping mapping) {
          return mapping;
        }
        throw new IllegalArgumentException("is not a JSON object");
      }
      case "application/x-www-form-urlencoded" -> {
        FormFields fields = new FormFields();
        fields.addAll(text(body));
        return fields.node(source, plugin);
      }
      case "multipart/form-data" -> {
        return parts(String.valueOf(type), body).node(source, plugin);
      }
      default -> throw new UnsupportedTypeException();
    }
  }

  /** The answer to a body that cannot be read. */
  static Answer unreadable(@Nullable String type, IllegalArgumentException e) {
    String what = mediaType(type).equals("application/json") ? "JSON body" : "body";
    String why = e.getMessage() == null || e.getMessage().startsWith("URLDecoder")
        ? "is not a form"
        : e.getMessage();
    return Answer.message(400, "Cannot parse " + what + ": it " + why);
  }

  static String mediaType(@Nullable String type) {
    return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  /**
   * A body's text.
   *
   * @throws IllegalArgumentException if it is not UTF-8
   */
  static String text(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("is not UTF-8");
    }
  }

  private static FormFields parts(String type, byte[] body) {
    FormFields fields = new FormFields();
    PartsListener listener = new PartsListener(fields);
    String boundary = MultiPart.extractBoundary(type);
    if (boundary == null) {
      throw new IllegalArgumentException("has no boundary");
    }
    MultiPart.Parser parser = new MultiPart.Parser(boundary, listener);
    parser.setMaxParts(MOST_PARTS);
    parser.parse(Content.Chunk.from(ByteBuffer.wrap(body), true));
    if (listener.wrong != null) {
      throw listener.wrong;
    }
    if (!listener.whole) {
      throw new IllegalArgumentException("is not a form, or not a whole one");
    }
    return fields;
  }

  private static final class PartsListener extends MultiPart.AbstractPartsListener {
    private final FormFields fields;
    private final java.io.ByteArrayOutputStream content = new java.io.ByteArrayOutputStream();
    private boolean whole;
    private boolean failed;
    /** The parser would swallow it. */
    private @Nullable IllegalArgumentException wrong;

    PartsListener(FormFields fields) {
      this.fields = fields;
    }

    @Override
    public void onPartContent(Content.Chunk chunk) {
      byte[] bytes = new byte[chunk.remaining()];
      chunk.getByteBuffer().get(bytes);
      content.writeBytes(bytes);
    }

    @Override
    public void onPart(String name, String fileName, HttpFields headers) {
      try {
        fields.add(name == null ? "" : name, text(content.toByteArray()));
      } catch (IllegalArgumentException e) {
        wrong = e;
      }
      content.reset();
    }

    @Override
    public void onComplete() {
      super.onComplete();
      whole = !failed;
    }

    @Override
    public void onFailure(Throwable failure) {
      failed = true;
    }
  }
}
