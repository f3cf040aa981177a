package io.oidcgrant.proxy.server;

/**
 * Names and values in one line of visible ASCII, whatever the values are: what could end the line
 * or a value is escaped, and long ones are cut. One thread.
 */
final class LogLine {
  /** Characters of a value, escaped. */
  static final int LONGEST = 2048;

  private static final String CUT = "...";

  private final StringBuilder line = new StringBuilder(384);
  private final String between;
  private final boolean json;

  private LogLine(String begin, String between, boolean json) {
    this.line.append(begin);
    this.between = between;
    this.json = json;
  }

  /** {@code {"timestamp":…,"level":"INFO",…}}, with the members of the rest of the log. */
  static LogLine json(long epochMillis) {
    return new LogLine(
        "{\"timestamp\":" + epochMillis + ",\"level\":\"INFO\",\"loggerName\":\"access\"",
        ",",
        true);
  }

  /** {@code begin name=value name=value}. */
  static LogLine plain(String begin) {
    return new LogLine(begin, " ", false);
  }

  /** {@code name=value; name=value}. */
  static LogLine explanation() {
    return new LogLine("", "; ", false);
  }

  /** Adds a text; none that is empty. */
  void text(String name, String value) {
    if (value.isEmpty()) {
      return;
    }
    name(name);
    if (json || !isWord(value)) {
      quote(value);
    } else {
      line.append(value);
    }
  }

  /** Adds a number; none that is negative. */
  void number(String name, long value) {
    if (value >= 0) {
      name(name);
      line.append(value);
    }
  }

  /** The whole line, without its end. */
  String end() {
    return json ? line.append('}').toString() : line.toString();
  }

  private void name(String name) {
    if (line.length() > 0) {
      line.append(between);
    }
    if (json) {
      line.append('"').append(name).append("\":");
    } else {
      line.append(name).append('=');
    }
  }

  private static boolean isWord(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= ' ' || c > '~' || c == '"' || c == '\\' || c == ';' || c == '=') {
        return false;
      }
    }
    return value.length() <= LONGEST;
  }

  private void quote(String value) {
    line.append('"');
    int most = line.length() + LONGEST;
    for (int i = 0; i < value.length(); i++) {
      if (line.length() >= most) {
        line.append(CUT);
        break;
      }
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        line.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        escape(c);
      } else {
        line.append(c);
      }
    }
    line.append('"');
  }

  private void escape(char c) {
    line.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      line.append(Character.forDigit((c >> shift) & 0xF, 16));
    }
  }
}
