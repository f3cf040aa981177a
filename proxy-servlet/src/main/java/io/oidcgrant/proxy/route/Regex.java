package io.oidcgrant.proxy.route;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression that takes time in proportion to the length of what it looks at (RE2). Safe
 * for concurrent use.
 */
public final class Regex {
  /** Instructions; each may be visited once for each character. */
  private static final int LARGEST = 5_000;

  private final Pattern pattern;

  private Regex(Pattern pattern) {
    this.pattern = pattern;
  }

  /**
   * Compiles it.
   *
   * @throws IllegalArgumentException with what is wrong, for who wrote it
   */
  static Regex of(String text, boolean anyCase) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(text, anyCase ? Pattern.CASE_INSENSITIVE : 0);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "is not a regular expression of RE2 (which has no look-around, back references, possessive"
              + " or atomic groups): " + e.getDescription() + ": " + e.getPattern(),
          e);
    }
    if (pattern.programSize() > LARGEST) {
      throw new IllegalArgumentException("is too large once its repetitions are written out");
    }
    return new Regex(pattern);
  }

  /** How much of the text's beginning it matches; -1 for no match. */
  int matchAtStart(String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.lookingAt() ? matcher.end() : -1;
  }

  /** Whether it matches somewhere. */
  boolean matchesIn(String text) {
    return pattern.matcher(text).find();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Regex regex
        && pattern.pattern().equals(regex.pattern.pattern())
        && pattern.flags() == regex.pattern.flags();
  }

  @Override
  public int hashCode() {
    return pattern.pattern().hashCode();
  }

  @Override
  public String toString() {
    return pattern.pattern();
  }
}
