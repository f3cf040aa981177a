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
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

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

  private static final Set<String> CORE_TAGS = Set.of(
      "!",
      "tag:yaml.org,2002:str",
      "tag:yaml.org,2002:int",
      "tag:yaml.org,2002:float",
      "tag:yaml.org,2002:bool",
      "tag:yaml.org,2002:null",
      "tag:yaml.org,2002:seq",
      "tag:yaml.org,2002:map");
  private static final int MAX_CHARACTERS = 64 * 1024 * 1024;
  private static final int DEEPEST = 100;
  private static final long MOST_BY_ALIASES = 100_000;
  private static final char OPENING = '\uE0F0';
  private static final int LONGEST_SHARED = 64;
  private static final long MAX_BYTES = 4L * MAX_CHARACTERS;

  private final Reading reading;
  private final String source;
  private final List<String> variables = new ArrayList<>();

  /** Names, and numbers of items, from the document to the node that is being read. */
  private final List<Object> place = new ArrayList<>();

  private final Map<Anchor, Optional<Anchored>> anchors = new HashMap<>();
  /** The same text once: a configuration of many plugins has the same names in all of them. */
  private final Map<String, String> texts = new HashMap<>();

  /** Whether variables are replaced. */
  private boolean templated;

  private long most;
  private long nodes;
  private int deepest;

  /** What an alias stands for, how many nodes it is, and how deep it is nested. */
  private record Anchored(ConfigNode node, long nodes, int height) {}

  private static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int line;

    Unreadable(int line, String why) {
      super(why);
      this.line = line;
    }
  }

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
      int before = reading.problemCount();
      List<ConfigNode> documents = read(source, text, reading);
      if (reading.problemCount() == before && documents.stream().allMatch(YamlReader::isEmpty)) {
        reading.problem(source, 0, "file", "is empty; no services are written \"services: []\"");
        return List.of();
      }
      // Between the marks of two documents there may be none.
      return documents.stream().filter(document -> !document.isNull()).toList();
    } catch (NoSuchFileException e) {
      reading.problem(source, 0, "file", "does not exist");
    } catch (CharacterCodingException e) {
      reading.problem(source, 0, "file", "is not UTF-8 text");
    } catch (IOException e) {
      reading.problem(source, 0, "file", "cannot be read: " + e.getClass().getSimpleName());
    }
    return List.of();
  }

  private static boolean isEmpty(ConfigNode document) {
    return document.isNull()
        || (document instanceof ConfigNode.Mapping mapping && mapping.entries().isEmpty());
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
    templated = true;
    return parse(markVariables(text.startsWith("\uFEFF") ? text.substring(1) : text));
  }

  private List<ConfigNode> parse(String marked) {
    LoadSettings settings = LoadSettings.builder()
        .setLabel(source)
        .setCodePointLimit(MAX_CHARACTERS)
        .setParseComments(false)
        .build();
    List<ConfigNode> documents = new ArrayList<>();
    most = MOST_BY_ALIASES + marked.length();
    try {
      Iterator<Event> events = new Parse(settings).parseString(marked).iterator();
      while (events.hasNext()) {
        if (events.next().getEventId() == Event.ID.DocumentStart) {
          anchors.clear();
          documents.add(node(events.next(), events));
        }
      }
      return documents;
    } catch (Unreadable e) {
      reading.problem(source, e.line, "syntax", String.valueOf(e.getMessage()));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      // Only the parser's own words: the quoted snippet could show a secret.
      reading.problem(source, line, "syntax", "is not YAML: " + words(e.getProblem()));
    } catch (YamlEngineException e) {
      reading.problem(source, 0, "syntax", "is not YAML that can be read here");
    }
    return List.of();
  }

  private static String words(@Nullable String problem) {
    // A secret that begins with * or ! reads as an alias or a tag, which the parser would name.
    return problem == null
        ? "unreadable"
        : problem
            .replaceFirst("(undefined (?:alias|tag handle)) .*", "$1")
            .replaceAll("[\\p{Cntrl}\uE0F0\uE0F1]", " ");
  }

  private String markVariables(String text) {
    if (!text.contains("${{")) {
      return text;
    }
    Matcher matcher = ENV.matcher(text);
    StringBuilder marked = new StringBuilder();
    while (matcher.find()) {
      variables.add(matcher.group(1));
      matcher.appendReplacement(marked, "\uE0F0" + (variables.size() - 1) + "\uE0F1");
    }
    return matcher.appendTail(marked).toString();
  }

  /** The node that begins with this event. */
  private ConfigNode node(Event first, Iterator<Event> events) {
    int line = line(first);
    if (first instanceof AliasEvent alias) {
      return aliased(alias, line);
    }
    NodeEvent event = (NodeEvent) first;
    Optional<Anchor> anchor = event.getAnchor();
    anchor.ifPresent(name -> anchors.put(name, Optional.empty()));
    long nodesBefore = nodes;
    int deepestBefore = deepest;
    deepest = 0;
    reaches(1, 0, line);
    ConfigNode read = event instanceof ScalarEvent scalar
        ? scalar(scalar, line)
        : event instanceof SequenceStartEvent ? sequence(events, line) : mapping(events, line);
    Anchored done = new Anchored(read, nodes - nodesBefore, deepest - place.size());
    deepest = Math.max(deepest, deepestBefore);
    anchor.ifPresent(name -> anchors.put(name, Optional.of(done)));
    if (tag(event).filter(tag -> !CORE_TAGS.contains(tag)).isPresent()) {
      reading.problem(source, line, path(), "has a tag that is not of YAML's core schema");
    }
    return read;
  }

  /** Counts nodes, and how deep they stand, those that an alias stands for as well. */
  private void reaches(long more, int height, int line) {
    nodes += more;
    deepest = Math.max(deepest, place.size() + height);
    if (deepest > DEEPEST) {
      throw new Unreadable(line, "is nested deeper than " + DEEPEST + " levels");
    }
    if (nodes > most) {
      throw new Unreadable(line, "says too much by its aliases");
    }
  }

  private static Optional<String> tag(NodeEvent event) {
    return event instanceof ScalarEvent scalar
        ? scalar.getTag()
        : ((CollectionStartEvent) event).getTag();
  }

  private ConfigNode aliased(AliasEvent alias, int line) {
    Optional<Anchored> known = anchors.get(alias.getAlias());
    if (known == null) {
      throw new Unreadable(line, "is not YAML: found undefined alias");
    }
    if (known.isEmpty()) {
      reading.problem(source, line, path(), "an alias points at what it is part of");
      return new ConfigNode.Scalar(source, line, "", true, false);
    }
    reaches(known.get().nodes(), known.get().height(), line);
    return known.get().node();
  }

  private ConfigNode sequence(Iterator<Event> events, int line) {
    List<ConfigNode> items = new ArrayList<>();
    for (Event event = events.next();
        event.getEventId() != Event.ID.SequenceEnd;
        event = events.next()) {
      place.add(items.size());
      items.add(node(event, events));
      place.remove(place.size() - 1);
    }
    return new ConfigNode.Sequence(source, line, List.copyOf(items));
  }

  private ConfigNode mapping(Iterator<Event> events, int line) {
    List<ConfigNode.Entry> entries = new ArrayList<>();
    Map<String, Integer> lines = new HashMap<>();
    ConfigNode merged = null;
    for (Event key = events.next(); key.getEventId() != Event.ID.MappingEnd; key = events.next()) {
      int at = line(key);
      Optional<String> name = name(node(key, events), at);
      place.add(name.orElse(""));
      ConfigNode value = node(events.next(), events);
      Integer earlier = name.map(text -> lines.putIfAbsent(text, at)).orElse(null);
      if (earlier != null) {
        reading.problem(source, at, path(), "stands here twice, first on line " + earlier);
      } else if (isMerge(key)) {
        merged = value;
      } else if (name.isPresent()) {
        entries.add(new ConfigNode.Entry(name.get(), at, value));
      }
      place.remove(place.size() - 1);
    }
    if (merged != null) {
      merge(merged, entries, lines);
    }
    return new ConfigNode.Mapping(source, line, List.copyOf(entries));
  }

  /** The key {@code <<} of YAML 1.1, which Kong and decK read as well. */
  private static boolean isMerge(Event key) {
    return key instanceof ScalarEvent scalar
        && scalar.getScalarStyle() == ScalarStyle.PLAIN
        && scalar.getValue().equals("<<");
  }

  /** Adds what a mapping, or each of a list of them, has and the entries have not. */
  private void merge(ConfigNode from, List<ConfigNode.Entry> entries, Map<String, Integer> lines) {
    List<ConfigNode> all = from instanceof ConfigNode.Sequence list ? list.items() : List.of(from);
    for (ConfigNode each : all) {
      if (!(each instanceof ConfigNode.Mapping mapping)) {
        reading.problem(each, path(), "has << before " + each.kind() + ", must be a mapping");
        continue;
      }
      for (ConfigNode.Entry entry : mapping.entries()) {
        if (lines.putIfAbsent(entry.name(), entry.line()) == null) {
          entries.add(entry);
        }
      }
    }
  }

  private Optional<String> name(ConfigNode key, int line) {
    if (key instanceof ConfigNode.Scalar scalar && !scalar.substituted()) {
      return Optional.of(scalar.text());
    }
    String wrong = key instanceof ConfigNode.Scalar ? "made of a variable" : "that is not a text";
    reading.problem(source, line, path(), "has a name " + wrong);
    return Optional.empty();
  }

  /** Of the node that is being read. */
  private String path() {
    StringBuilder path = new StringBuilder();
    for (Object step : place) {
      if (step instanceof Integer item) {
        path.append('[').append(item.intValue()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step);
      }
    }
    return path.toString();
  }

  private ConfigNode scalar(ScalarEvent event, int line) {
    boolean plain = event.getScalarStyle() == ScalarStyle.PLAIN;
    String written = event.getValue();
    if (templated && written.contains("${{")) {
      reading.problem(
          source, line, path(), "has ${{ in a form that is not read; write ${{ env \"NAME\" }}");
    }
    if (written.indexOf(OPENING) < 0) {
      String text = written.length() > LONGEST_SHARED
          ? written
          : texts.computeIfAbsent(written, same -> same);
      return new ConfigNode.Scalar(source, line, text, plain, false);
    }
    Matcher matcher = PLACEHOLDER.matcher(written);
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
        reading.problem(source, line, path(), "environment variable " + name + " is not set");
        value = "unset";
      }
      matcher.appendReplacement(text, Matcher.quoteReplacement(value));
    }
    matcher.appendTail(text);
    return new ConfigNode.Scalar(source, line, text.toString(), plain, substituted);
  }

  private static int line(Event event) {
    return event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  /** The single document of a text; an empty one is an empty mapping. */
  public static Optional<ConfigNode> single(List<ConfigNode> documents) {
    return documents.size() == 1 ? Optional.of(documents.get(0)) : Optional.empty();
  }
}
