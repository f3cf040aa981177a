package io.oidcgrant.examples.identity;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Something that goes wrong at an endpoint.
 *
 * @param endpoint where
 * @param kind what
 * @param times how often, 1 to 10 000
 * @param details what the kind needs, by the names of the README; the rest has defaults
 */
public record Fault(Endpoint endpoint, Kind kind, int times, Map<String, Object> details) {
  private static final int MOST_TIMES = 10_000;
  private static final Set<Kind> INSTEAD = EnumSet.of(
      Kind.STATUS, Kind.RETRY_AFTER, Kind.HTML, Kind.USE_DPOP_NONCE, Kind.HANG, Kind.CLOSE);

  /** What goes wrong. */
  public enum Kind {
    /**
     * {@code status}, {@code body}, {@code content_type}, {@code headers}, instead of the answer.
     */
    STATUS,
    /** 429 with {@code Retry-After: seconds}, instead of the answer. */
    RETRY_AFTER,
    /** 200 with a web page, instead of the answer. */
    HTML,
    /** 400 {@code use_dpop_nonce} with {@code nonce}, instead of the answer. */
    USE_DPOP_NONCE,
    /** No answer for {@code seconds}, then the connection is closed. */
    HANG,
    /** The connection is closed without an answer, and nothing was done. */
    CLOSE,
    /** The connection is closed without an answer, and all was done. */
    LOST_ANSWER,
    /** The answer, one byte every {@code millis}. */
    DRIP,
    /** The answer ends in its middle, and the connection with it. */
    TRUNCATE,
    /** The answer without {@code expires_in}. */
    NO_EXPIRES_IN,
    /** The answer with {@code value} as {@code expires_in}. */
    EXPIRES_IN,
    /** The answer with {@code value} as {@code token_type}. */
    TOKEN_TYPE,
    /** The answer with {@code value} as {@code issued_token_type}. */
    ISSUED_TOKEN_TYPE,
    /** The answer with {@code value} as {@code name}; without {@code value} it is left out. */
    MEMBER;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the endpoint does its work. */
    boolean asksEndpoint() {
      return !INSTEAD.contains(this);
    }

    /** Whether no answer goes out. */
    boolean isSilent() {
      return this == HANG || this == CLOSE || this == LOST_ANSWER;
    }
  }

  /** Throws {@link IllegalArgumentException} for details that the kind has not, or bad ones. */
  public Fault {
    if (times < 1 || times > MOST_TIMES) {
      throw new IllegalArgumentException("times must be 1 to " + MOST_TIMES);
    }
    details = Map.copyOf(details);
    try {
      FaultScript.of(kind, Fields.of(details));
    } catch (Problem e) {
      throw new IllegalArgumentException(e.reason(), e);
    }
  }

  /** Once. */
  public static Fault once(Endpoint endpoint, Kind kind, Map<String, Object> details) {
    return new Fault(endpoint, kind, 1, details);
  }

  static Fault parse(Map<String, Object> members) {
    Fields fields = Fields.of(members);
    List<String> endpoints =
        Arrays.stream(Endpoint.values()).map(Endpoint::label).toList();
    List<String> kinds = Arrays.stream(Kind.values()).map(Kind::label).toList();
    String endpoint = fields.choice("endpoint", endpoints, Endpoint.TOKEN.label());
    String kind = fields.choice("kind", kinds, "");
    if (kind.isEmpty()) {
      throw Problem.field("kind", "kind must be one of " + String.join(", ", kinds));
    }
    Map<String, Object> details = new LinkedHashMap<>(members);
    details.keySet().removeAll(List.of("endpoint", "kind", "times"));
    details.values().removeIf(value -> value == null);
    try {
      return new Fault(
          Endpoint.valueOf(endpoint.toUpperCase(Locale.ROOT)),
          Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
          fields.number("times", 1, MOST_TIMES, 1),
          details);
    } catch (IllegalArgumentException e) {
      throw Problem.of(400, String.valueOf(e.getMessage()));
    }
  }

  Fault again() {
    return new Fault(endpoint, kind, times - 1, details);
  }

  Map<String, Object> shown() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("endpoint", endpoint.label());
    members.put("kind", kind.label());
    members.put("times", times);
    members.putAll(details);
    return members;
  }

  FaultScript script() {
    return FaultScript.of(kind, Fields.of(details));
  }
}
