package io.oidcgrant.examples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A snippet of one of Kong's documents, as it stands there.
 *
 * @param document the folder of the document
 * @param file what the plugin stands at, and the kind of configuration
 */
record Snippet(String document, String file) {
  private static final Path ALL = Path.of("src", "test", "resources", "snippets");

  /** Of all documents, those of one kind: the end of the file's name. */
  static Stream<Snippet> ofKind(String kind) throws IOException {
    try (Stream<Path> files = Files.walk(ALL, 2)) {
      return files
          .filter(file -> file.toString().endsWith("-" + kind))
          .map(file -> new Snippet(
              file.getParent().getFileName().toString(), file.getFileName().toString()))
          .sorted((a, b) -> a.name().compareTo(b.name()))
          .toList()
          .stream();
    }
  }

  /** {@code global}, {@code service} or {@code route}. */
  String scope() {
    return file.substring(0, file.indexOf('-'));
  }

  /** Both parts as one word. */
  String name() {
    return document + "-" + file.substring(0, file.indexOf('.'));
  }

  String text() throws IOException {
    return Files.readString(ALL.resolve(document).resolve(file));
  }

  /** The text with this proxy's addresses and names; nothing else differs from the document. */
  String at(RunningProxy proxy, Names names) throws IOException {
    String admin = proxy.admin().toString().replace("127.0.0.1", "localhost");
    Map<String, String> ours = new LinkedHashMap<>();
    ours.put("http://localhost:8000", proxy.url().replace("127.0.0.1", "localhost"));
    ours.put("http://localhost:8001", admin);
    ours.put("https://{region}.api.konghq.com", admin);
    ours.put("https://httpbin.konghq.com", proxy.upstream().uri().toString());
    ours.put("{controlPlaneId}", names.controlPlane());
    ours.put("{serviceName|Id}", names.service());
    ours.put("{serviceId}", names.service());
    ours.put("serviceName|Id", names.service());
    ours.put("SERVICE_NAME", names.service());
    ours.put("{routeName|Id}", names.route());
    ours.put("{routeId}", names.route());
    ours.put("routeName|Id", names.route());
    String text = text();
    for (Map.Entry<String, String> place : ours.entrySet()) {
      text = text.replace(place.getKey(), place.getValue());
    }
    return text;
  }

  /** What the reader of a document is to insert: names or ids. */
  record Names(String service, String route, String controlPlane) {
    /** The names that the documents on other things give. */
    static final Names EXAMPLE = new Names("example-service", "example-route", "none");
  }

  @Override
  public String toString() {
    return document + "/" + file;
  }
}
