package io.oidcgrant.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads YAML 1.2 (and with it JSON) into {@link ConfigNode}s that know their line. {@code ${{ env
 * "NAME" }}} is replaced as decK does it, but inside the values: what a variable holds can never
 * change the structure of the file.
 */
public final class YamlReader {
  private static final Pattern ENV = Pattern.compile(
      "\\$\\{\\{\\s*env\\s+\"([^\"]*)\"\\s*(?:\\|\\s*(?:to\\w+|indent\\s+\\d+)\\s*)*+}}");
  /** Private-use characters around an index stand for a variable while the YAML is parsed. */
  private static final Pattern PLACEHOLDER = Pattern.compile("\uE0F0(\\d{1,9})\uE0F1");

  private static final Set<Tag> CORE_TAGS =
      Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.SEQ, Tag.MAP);
  private static final int MAX_CHARACTERS = 64 * 1024 * 1024;
  private static final int DEEPEST = 100;
  private static final long MOST_BY_ALIASES = 100_000;
  private static final long MAX_BYTES = 4L * MAX_CHARACTERS;

  private final Reading reading;
  private final String source;
  private final List<String> variables = new ArrayList<>();

  private YamlReader(Reading reading, String source) {
    this.reading = reading;
    this.source = source;
  }

  /** The file's documents; empty, with a problem noted, where it cannot be read. */
  public static List<ConfigNode> readFile(Path file, Reading reading) {
    String source = file.toString();
    reading.isOf(file);
    try {
      if (Files.size(file) > MAX_BYTES) {
        reading.problem(source, 0, "file", "is longer than " + MAX_BYTES + " bytes");
        return List.of();
      }
      byte[] bytes = Files.readAllBytes(file);
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return read(source, text, reading);
    } catch (NoSuchFileException e) {
      reading.problem(source, 0, "file", "does not exist");
    } catch (CharacterCodingException e) {
      reading.problem(source, 0, "file", "is not UTF-8 text");
    } catch (IOException e) {
      reading.problem(source, 0, "file", "cannot be read: " + e.getClass().getSimpleName());
    }
    return List.of();
  }

  /** The same of a text from elsewhere, for which no variable is replaced. */
  public static List<ConfigNode> readLiteral(String source, String text, Reading reading) {
    return new YamlReader(reading, source).parse(text);
  }

  /** The text's documents; empty, with a problem noted, where it is not YAML. */
  public static List<ConfigNode> read(String source, String text, Reading reading) {
    return new YamlReader(reading, source).read(text);
  }

  private List<ConfigNode> read(String text) {
    return parse(markVariables(text.startsWith("\uFEFF") ? text.substring(1) : text));
  }

  private List<ConfigNode> parse(String marked) {
    LoadSettings settings = LoadSettings.builder()
        .setLabel(source)
        .setCodePointLimit(MAX_CHARACTERS)
        .setMaxAliasesForCollections(50)
        .setParseComments(false)
        .build();
    List<ConfigNode> documents = new ArrayList<>();
    try {
      for (Node root : new Compose(settings).composeAllFromString(marked)) {
        ConfigNode document = convert(root, "", new HashSet<>(), new HashMap<>());
        if (marked.indexOf('*') >= 0
            && expanded(document, new IdentityHashMap<>()) > MOST_BY_ALIASES + marked.length()) {
          reading.problem(source, 0, "syntax", "says too much by its aliases");
          return List.of();
        }
        documents.add(document);
      }
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      // Only the parser's own words: the quoted snippet could show a secret.
      reading.problem(source, line, "syntax", "is not YAML: " + words(e.getProblem()));
      return List.of();
    } catch (YamlEngineException | StackOverflowError e) {
      reading.problem(source, 0, "syntax", "is not YAML that can be read here");
      return List.of();
    }
    return documents;
  }

  private static String words(@Nullable String problem) {
    // A secret that begins with * or ! reads as an alias or a tag, which the parser would name.
    return problem == null
        ? "unreadable"
        : problem
            .replaceFirst("(undefined (?:alias|tag handle)) .*", "$1")
            .replaceAll("[\\p{Cntrl}\uE0F0\uE0F1]", " ");
  }

  /** How many nodes there are where every alias is written out. */
  private static long expanded(ConfigNode node, Map<ConfigNode, Long> known) {
    Long before = known.get(node);
    if (before != null) {
      return before;
    }
    long count = 1;
    if (node instanceof ConfigNode.Mapping mapping) {
      for (ConfigNode.Entry entry : mapping.entries()) {
        count += expanded(entry.value(), known);
      }
    } else if (node instanceof ConfigNode.Sequence list) {
      for (ConfigNode item : list.items()) {
        count += expanded(item, known);
      }
    }
    known.put(node, count);
    return count;
  }

  private String markVariables(String text) {
    Matcher matcher = ENV.matcher(text);
    StringBuilder marked = new StringBuilder();
    while (matcher.find()) {
      variables.add(matcher.group(1));
      matcher.appendReplacement(marked, "\uE0F0" + (variables.size() - 1) + "\uE0F1");
    }
    return matcher.appendTail(marked).toString();
  }

  private ConfigNode convert(Node node, String path, Set<Node> open, Map<Node, ConfigNode> done) {
    ConfigNode known = done.get(node);
    if (known != null) {
      return known;
    }
    int line = line(node);
    if (!open.add(node)) {
      reading.problem(source, line, path, "an alias points at what it is part of");
      return new ConfigNode.Scalar(source, line, "", true, false);
    }
    if (open.size() > DEEPEST) {
      reading.problem(source, line, "syntax", "is nested deeper than " + DEEPEST + " levels");
      open.remove(node);
      return new ConfigNode.Scalar(source, line, "", true, false);
    }
    ConfigNode converted = switch (node.getNodeType()) {
      case SCALAR -> scalar((ScalarNode) node, path, line);
      case SEQUENCE -> {
        List<ConfigNode> items = new ArrayList<>();
        for (Node item : ((SequenceNode) node).getValue()) {
          items.add(convert(item, path + "[" + items.size() + "]", open, done));
        }
        yield new ConfigNode.Sequence(source, line, items);
      }
      case MAPPING -> mapping((MappingNode) node, path, line, open, done);
      case ANCHOR -> throw new IllegalStateException("an anchor node after composition");
    };
    if (!CORE_TAGS.contains(node.getTag())) {
      reading.problem(source, line, path, "has a tag that is not of YAML's core schema");
    }
    open.remove(node);
    done.put(node, converted);
    return converted;
  }

  private ConfigNode mapping(
      MappingNode node, String path, int line, Set<Node> open, Map<Node, ConfigNode> done) {
    List<ConfigNode.Entry> entries = new ArrayList<>();
    Map<String, Integer> lines = new HashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      Node key = tuple.getKeyNode();
      if (!(key instanceof ScalarNode name)) {
        reading.problem(source, line(key), path, "has a name that is not a text");
        continue;
      }
      String text = name.getValue();
      String child = path.isEmpty() ? text : path + "." + text;
      Integer earlier = lines.putIfAbsent(text, line(key));
      if (earlier != null) {
        reading.problem(source, line(key), child, "stands here twice, first on line " + earlier);
        continue;
      }
      entries.add(
          new ConfigNode.Entry(text, line(key), convert(tuple.getValueNode(), child, open, done)));
    }
    return new ConfigNode.Mapping(source, line, entries);
  }

  private ConfigNode scalar(ScalarNode node, String path, int line) {
    boolean plain = node.getScalarStyle() == ScalarStyle.PLAIN;
    Matcher matcher = PLACEHOLDER.matcher(node.getValue());
    StringBuilder text = new StringBuilder();
    boolean substituted = false;
    while (matcher.find()) {
      int index = Integer.parseInt(matcher.group(1));
      if (index >= variables.size()) {
        continue;
      }
      substituted = true;
      String name = variables.get(index);
      String value = reading.environment(name);
      if (value == null) {
        reading.problem(source, line, path, "environment variable " + name + " is not set");
        value = "unset";
      }
      matcher.appendReplacement(text, Matcher.quoteReplacement(value));
    }
    matcher.appendTail(text);
    return new ConfigNode.Scalar(source, line, text.toString(), plain, substituted);
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  /** The single document of a text; an empty one is an empty mapping. */
  public static Optional<ConfigNode> single(List<ConfigNode> documents) {
    return documents.size() == 1 ? Optional.of(documents.get(0)) : Optional.empty();
  }
}
