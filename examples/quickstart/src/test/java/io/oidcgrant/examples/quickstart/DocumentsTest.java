package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents show what is there: code that a test runs, files that exist. */
class DocumentsTest {
  private static final Path ROOT = Path.of("..", "..");
  private static final Pattern SNIPPET =
      Pattern.compile("<!-- (\\S+/\\S+) -->\\n```\\w+\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)[^)]*\\)");

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  @Test
  void snippetsOfTheReadme_standInTheExamples() throws IOException {
    List<MatchResult> snippets =
        SNIPPET.matcher(Files.readString(ROOT.resolve("README.md"))).results().toList();

    assertThat(snippets)
        .hasSize(4)
        .allSatisfy(snippet -> assertThat(oneLine(Files.readString(ROOT.resolve(snippet.group(1)))))
            .contains(oneLine(snippet.group(2))));
  }

  static Stream<Path> documents() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT, 3)) {
      return files
          .filter(file -> file.toString().endsWith(".md") && !file.toString().contains("target"))
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void links_leadSomewhere(Path document) throws IOException {
    assertThat(LINK.matcher(Files.readString(document)).results())
        .allSatisfy(link -> assertThat(document.resolveSibling(link.group(1))).exists());
  }
}
