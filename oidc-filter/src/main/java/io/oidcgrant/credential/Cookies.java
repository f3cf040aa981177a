package io.oidcgrant.credential;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** The cookies of a request (RFC 6265 section 4.2), read leniently: nothing in them is a fault. */
public final class Cookies {
  private Cookies() {}

  /** The values of the cookies of this name, without quotes. */
  public static List<String> values(RequestView request, String name) {
    List<String> values = new ArrayList<>(1);
    for (String line : request.headers("Cookie")) {
      for (String pair : line.split(";", -1)) {
        if (isNamed(pair, name)) {
          String value = pair.substring(pair.indexOf('=') + 1).strip();
          boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
          values.add(quoted ? value.substring(1, value.length() - 1) : value);
        }
      }
    }
    return values;
  }

  /** The line without the cookies of this name; empty where nothing is left. */
  public static String without(String line, String name) {
    StringJoiner rest = new StringJoiner(";");
    for (String pair : line.split(";", -1)) {
      if (!isNamed(pair, name)) {
        rest.add(pair);
      }
    }
    return rest.toString().strip();
  }

  private static boolean isNamed(String pair, String name) {
    int equals = pair.indexOf('=');
    return equals > 0 && pair.substring(0, equals).strip().equals(name);
  }
}
