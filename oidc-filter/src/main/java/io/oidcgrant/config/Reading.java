package io.oidcgrant.config;

import io.oidcgrant.http.FileStamp;
import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.protocol.Consumers;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One reading of a configuration: the environment it sees and the problems found so far. Not
 * thread-safe.
 */
public final class Reading {
  private final UnaryOperator<@Nullable String> environment;
  private final boolean kongCompatible;
  private final Certificates certificates;
  private Consumers consumers = Consumers.NONE;
  private final Map<Consumer, ConfigNode> consumersAsWritten = new LinkedHashMap<>();
  private final Map<Path, String> stamps = new LinkedHashMap<>();
  /** Of the files that are referred to. */
  private final Map<Path, String> texts = new HashMap<>();
  /** The same of the reading before. */
  private Map<Path, String> earlier = Map.of();

  private final List<ConfigProblem> problems = new ArrayList<>();
  private final List<ConfigProblem> warnings = new ArrayList<>();

  /**
   * @param environment value of a variable by its name, null where it is not set
   * @param kongCompatible {@code --compat kong}: known fields that are not implemented are warnings
   */
  public Reading(UnaryOperator<@Nullable String> environment, boolean kongCompatible) {
    this.environment = environment;
    this.kongCompatible = kongCompatible;
    this.certificates = new Certificates();
  }

  private Reading(Reading accepted) {
    this.environment = accepted.environment;
    this.kongCompatible = accepted.kongCompatible;
    this.certificates = new Certificates(accepted.certificates);
    this.stamps.putAll(accepted.stamps);
    this.earlier = accepted.texts;
  }

  /** Another reading of the same files as they were in this one, which found nothing wrong. */
  public Reading again() {
    return new Reading(this);
  }

  public Reading() {
    this(System::getenv, false);
  }

  @Nullable String environment(String name) {
    return environment.apply(name);
  }

  /** Takes note of a file that this configuration is made of, before it is read. */
  public void isOf(Path file) {
    stamps.computeIfAbsent(file, name -> FileStamp.of(List.of(name)));
  }

  /** The text of a file that is referred to. */
  String textOf(Path file) throws IOException {
    String text = texts.getOrDefault(file, earlier.get(file));
    if (text == null) {
      isOf(file);
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        // A pipe could be waited for without end.
        throw new FileSystemException(file.toString(), null, "is no regular file");
      }
      text = Files.readString(file);
    }
    texts.put(file, text);
    return text;
  }

  /** Forgets the texts that only the reading before has asked for: they may be secrets. */
  public void forgetEarlier() {
    earlier = Map.of();
  }

  /** Whether all files are still as they were before they were read. */
  public boolean isSettled() {
    return FileStamp.of(files()).equals(stamp());
  }

  /** The files that this configuration is made of, those that hold its secrets included. */
  public List<Path> files() {
    return List.copyOf(stamps.keySet());
  }

  /** What {@link FileStamp} said of all of them before they were read. */
  public String stamp() {
    return String.join("", stamps.values());
  }

  /** What the files hold of certificates. */
  public Certificates certificates() {
    return certificates;
  }

  /** What the files hold of consumers. */
  public Consumers consumers() {
    return consumers;
  }

  /** The same with what was written of each, in which references stand for themselves. */
  public Map<Consumer, ConfigNode> consumersAsWritten() {
    return consumersAsWritten;
  }

  /** Takes note of what a document holds that others may name. */
  public void readEntities(ConfigNode document) {
    certificates.read(document, this);
    List<Consumer> all = new ArrayList<>(consumers.all());
    if (ConsumerEntry.readAll(document, this, all)) {
      consumers = Consumers.of(all);
    }
  }

  boolean kongCompatible() {
    return kongCompatible;
  }

  public void problem(ConfigNode at, String path, String message) {
    problem(at.source(), at.line(), path, message);
  }

  public void problem(String source, int line, String path, String message) {
    problems.add(new ConfigProblem(source, line, path, message));
  }

  /** Adds what another reading found. */
  public void problem(ConfigProblem found) {
    problems.add(found);
  }

  public void warning(ConfigNode at, String path, String message) {
    warning(at.source(), at.line(), path, message);
  }

  void warning(String source, int line, String path, String message) {
    warnings.add(new ConfigProblem(source, line, path, message));
  }

  /** File by file, in the order of their lines. */
  public List<ConfigProblem> problems() {
    List<String> sources =
        problems.stream().map(ConfigProblem::source).distinct().toList();
    return problems.stream()
        .sorted(Comparator.<ConfigProblem>comparingInt(problem -> sources.indexOf(problem.source()))
            .thenComparingInt(ConfigProblem::line))
        .toList();
  }

  /** How many there are so far. */
  public int problemCount() {
    return problems.size();
  }

  public List<ConfigProblem> warnings() {
    return List.copyOf(warnings);
  }

  /**
   * Ends the reading.
   *
   * @throws ConfigException if anything was wrong
   */
  public void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new ConfigException(problems());
    }
  }
}
