package io.oidcgrant.verify;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code wycheproof-*.txt}, whose first lines say what stands in them. */
final class Wycheproof {
  private static final Pattern NAME = Pattern.compile("\\$\\{(\\w+)}");

  /**
   * One vector.
   *
   * @param keys what stands between the brackets of {@code keys} in the issuer's key set
   * @param valid whether the signature is good and the key made for it
   */
  record Vector(String keys, int number, boolean valid, String comment, String token) {
    @Override
    public String toString() {
      return number + " " + comment;
    }
  }

  private Wycheproof() {}

  static List<Vector> read(String file) throws IOException {
    Map<String, String> names = new HashMap<>();
    List<Vector> vectors = new ArrayList<>();
    String keys = "";
    try (InputStream in = Wycheproof.class.getResourceAsStream(file);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("#")) {
          continue;
        }
        String[] words = replaced(line, names).split(" ", 4);
        String rest = replaced(line, names).split(" ", 3)[2];
        switch (words[0]) {
          case "let" -> names.put(words[1], rest);
          case "group" -> keys = rest;
          default ->
            vectors.add(new Vector(
                keys,
                Integer.parseInt(words[0]),
                words[1].equals("valid"),
                words[2],
                words.length < 4 ? "" : words[3]));
        }
      }
    }
    return vectors;
  }

  private static String replaced(String line, Map<String, String> names) {
    Matcher name = NAME.matcher(line);
    return name.replaceAll(found -> Matcher.quoteReplacement(names.get(found.group(1))));
  }
}
