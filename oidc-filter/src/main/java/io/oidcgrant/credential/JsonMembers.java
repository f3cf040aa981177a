package io.oidcgrant.credential;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * The members of the object that a JSON body is (RFC 8259, UTF-8). What is not asked for is never
 * changed: {@link #without} keeps every other byte.
 */
public final class JsonMembers {
  private static final JsonFactory FACTORY = JsonFactory.builder()
      .streamReadConstraints(StreamReadConstraints.builder()
          .maxNestingDepth(200)
          .maxNumberLength(1000)
          .build())
      .build();

  /** A member's place: from its name's quote to the end of its value. */
  private record Member(
      String name,
      int start,
      int end,
      JsonToken token,
      @Nullable String text) {}

  private JsonMembers() {}

  /**
   * The values of {@code name} in order: a text, or null where the value is something else. JSON's
   * null counts as absent, as does everything in a body that is no JSON object.
   */
  public static List<@Nullable String> values(byte[] body, String name) {
    List<@Nullable String> values = new ArrayList<>(1);
    for (Member member : members(body)) {
      if (member.name().equals(name) && member.token() != JsonToken.VALUE_NULL) {
        values.add(member.text());
      }
    }
    return values;
  }

  /** {@code body} less the members of these names. */
  public static byte[] without(byte[] body, Set<String> names) {
    List<Member> members = members(body);
    if (members.stream().noneMatch(member -> names.contains(member.name()))) {
      return body;
    }
    int first = members.get(0).start();
    int end = members.get(members.size() - 1).end();
    ByteArrayOutputStream rest = new ByteArrayOutputStream(body.length);
    rest.write(body, 0, first);
    boolean written = false;
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      if (!names.contains(member.name())) {
        // What stands before a member (comma and white space) goes with it.
        int from = written ? members.get(i - 1).end() : member.start();
        rest.write(body, from, member.end() - from);
        written = true;
      }
    }
    rest.write(body, end, body.length - end);
    return rest.toByteArray();
  }

  /** The members in order; none where the body is not one well-formed object. */
  private static List<Member> members(byte[] body) {
    if (!utf8(body)) {
      return List.of();
    }
    List<Member> members = new ArrayList<>();
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return List.of();
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        int start = (int) parser.currentTokenLocation().getByteOffset();
        JsonToken token = parser.nextToken();
        String text = token == JsonToken.VALUE_STRING ? parser.getString() : null;
        if (token.isStructStart()) {
          parser.skipChildren();
        } else if (token.isNumeric()) {
          parser.getString();
        }
        int end = (int) parser.currentLocation().getByteOffset();
        members.add(new Member(name, start, end, token, text));
      }
      return parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null
          ? members
          : List.of();
    } catch (JacksonException e) {
      return List.of();
    }
  }

  /**
   * The parser would read UTF-16 and UTF-32 as well, in which offsets are not of bytes: every way
   * to begin in them has a zero byte.
   */
  private static boolean utf8(byte[] body) {
    for (int i = 0; i < Math.min(4, body.length); i++) {
      if (body[i] == 0) {
        return false;
      }
    }
    return true;
  }
}
