package io.oidcgrant.proxy.route;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The look for the first candidate that matches one request. Host and prefix of a candidate are
 * known to match when it comes here. One per request.
 */
final class Search {
  /** Characters of a path or of a header's value that a regular expression is tried on. */
  static final int LONGEST = 8 * 1024;

  private final List<Candidate> candidates;
  private final RequestFacts request;
  private final String path;
  private final Map<String, List<String>> headers = new HashMap<>();
  private int best;
  private int matched;
  private int refused;
  private int refusal;
  private long budget;
  private @Nullable String serverName;

  /**
   * A look that has found nothing yet.
   *
   * @param candidates in their order
   * @param budget how many characters all regular expressions together may be tried on
   */
  Search(List<Candidate> candidates, RequestFacts request, long budget) {
    this.candidates = candidates;
    this.request = request;
    this.path = request.path().text();
    this.budget = budget;
    this.best = candidates.size();
    this.refused = candidates.size();
  }

  /** Tries candidates, in their order, that have no regular expression for the path. */
  void tryPrefixes(Places places) {
    for (int i = 0; i < places.size(); i++) {
      int place = places.get(i);
      if (place >= best) {
        return;
      }
      if (matches(place)) {
        PathPattern prefix = candidates.get(place).path();
        best = place;
        matched = prefix == null ? 0 : prefix.text().length();
      }
    }
  }

  /** Tries candidates, in their order, that have one. */
  void tryRegexes(Places places) {
    for (int i = 0; i < places.size(); i++) {
      int place = places.get(i);
      if (place >= best) {
        return;
      }
      PathPattern pattern = candidates.get(place).path();
      if (pattern != null && matches(place) && (!pattern.dear() || affordable(path, place, 414))) {
        int length = pattern.matchAtStart(path);
        if (length >= 0) {
          best = place;
          matched = length;
        }
      }
    }
  }

  /** What was found; a candidate that was too dear to try could have been the one. */
  Outcome outcome() {
    if (refused < best) {
      return Refusal.of(refusal);
    }
    if (best == candidates.size()) {
      return Refusal.of(404);
    }
    Route route = candidates.get(best).route();
    return Refusal.of(route, request)
        .<Outcome>map(answer -> answer)
        .or(() -> Match.of(route, request.path(), matched))
        .orElseGet(() -> Refusal.of(400));
  }

  private boolean matches(int place) {
    Candidate candidate = candidates.get(place);
    HostPattern host = candidate.host();
    Criteria criteria = candidate.route().criteria();
    return (!request.secure() || criteria.tls())
        && (host == null || host.port() == 0 || host.port() == request.port())
        && (criteria.methods().isEmpty() || criteria.methods().contains(request.method()))
        && serverNameIsOneOf(criteria.snis())
        && hasHeaders(criteria.headers(), place);
  }

  private boolean serverNameIsOneOf(List<HostPattern> names) {
    if (names.isEmpty()) {
      return true;
    }
    if (serverName == null) {
      String said = request.serverName();
      serverName = said == null ? "" : HostPattern.normalise(said);
    }
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).matches(serverName)) {
        return true;
      }
    }
    return false;
  }

  private boolean hasHeaders(List<HeaderCriterion> wanted, int place) {
    for (int i = 0; i < wanted.size(); i++) {
      if (!hasHeader(wanted.get(i), place)) {
        return false;
      }
    }
    return true;
  }

  private boolean hasHeader(HeaderCriterion wanted, int place) {
    List<String> values = headers.get(wanted.name());
    if (values == null) {
      values = request.headers(wanted.name()).stream()
          .map(value -> value.toLowerCase(Locale.ROOT))
          .toList();
      headers.put(wanted.name(), values);
    }
    Regex regex = wanted.regex();
    for (int i = 0; i < values.size(); i++) {
      String value = values.get(i);
      if (regex == null
          ? wanted.values().contains(value)
          : affordable(value, place, 431) && regex.matchesIn(value)) {
        return true;
      }
    }
    return false;
  }

  /** Refuses the request, rather than let it pass by a route, where a caller would make us slow. */
  private boolean affordable(String text, int place, int status) {
    budget -= text.length();
    if (text.length() <= LONGEST && budget >= 0) {
      return true;
    }
    if (place < refused) {
      refused = place;
      refusal = status;
    }
    return false;
  }
}
