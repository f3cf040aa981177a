package io.oidcgrant.examples.identity;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The newest 1000 requests and the number of all, without anything secret. Safe for concurrent use.
 */
public final class Journal {
  private static final int MOST = 1000;
  private static final int LONGEST = 512;
  private static final Pattern SECRET = Pattern.compile(
      "(?i).*(secret|password|token|assertion|code|credential|key|cookie|authorization|dpop).*");
  private static final Pattern TYPE = Pattern.compile("(?i).*_type(_hint)?");

  /**
   * A request and the status of its answer.
   *
   * @param parameters of the form; several values are joined by a blank
   * @param fault the kind that happened; empty for none
   * @param status 0 where the connection was closed without an answer
   */
  public record Entry(
      Endpoint endpoint,
      String method,
      String path,
      Map<String, String> parameters,
      Map<String, String> headers,
      String fault,
      int status) {
    Map<String, Object> shown() {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("endpoint", endpoint.label());
      members.put("method", method);
      members.put("path", path);
      members.put("parameters", parameters);
      members.put("headers", headers);
      members.put("fault", fault);
      members.put("status", status);
      return members;
    }
  }

  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Map<Endpoint, Long> counts = new EnumMap<>(Endpoint.class);

  Journal() {}

  /** The newest requests, the oldest of them first. */
  public synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** The number of all requests to this endpoint. */
  public synchronized long count(Endpoint endpoint) {
    return counts.getOrDefault(endpoint, 0L);
  }

  /** Forgets all, and counts from zero. */
  public synchronized void clear() {
    entries.clear();
    counts.clear();
  }

  synchronized void add(Endpoint endpoint, Asked asked, Optional<Fault> fault, int status) {
    entries.add(new Entry(
        endpoint,
        asked.method(),
        shortened(asked.uri().getRawPath()),
        masked(asked.form()),
        masked(asked.headers()),
        fault.map(one -> one.kind().label()).orElse(""),
        status));
    counts.merge(endpoint, 1L, Long::sum);
    if (entries.size() > MOST) {
      entries.remove();
    }
  }

  private static Map<String, String> masked(Map<String, List<String>> values) {
    Map<String, String> masked = new LinkedHashMap<>();
    values.forEach((name, all) -> masked.put(shortened(name), masked(name, all)));
    return masked;
  }

  private static String masked(String name, List<String> values) {
    if (!SECRET.matcher(name).matches() || TYPE.matcher(name).matches()) {
      return shortened(String.join(" ", values));
    }
    // The scheme is no secret, and what tests look for.
    String scheme = values.get(0).split(" ", 2)[0].toLowerCase(Locale.ROOT);
    return name.equals("authorization") && List.of("basic", "bearer", "dpop").contains(scheme)
        ? scheme + " ***"
        : "***";
  }

  private static String shortened(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }
}
