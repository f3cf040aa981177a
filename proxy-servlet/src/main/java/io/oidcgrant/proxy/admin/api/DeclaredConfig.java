package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.Manifest;
import io.oidcgrant.config.Reading;
import io.oidcgrant.config.YamlReader;
import io.oidcgrant.proxy.config.Entities;
import io.oidcgrant.proxy.config.Entity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replaces all that is kept by a declarative file, as Kong's {@code POST /config}. */
final class DeclaredConfig {
  private static final Logger LOG = LoggerFactory.getLogger(DeclaredConfig.class);

  private final InForce inForce;

  DeclaredConfig(InForce inForce) {
    this.inForce = inForce;
  }

  Answer taken(@Nullable String type, byte[] body) {
    if (body.length == 0) {
      return Answer.message(400, "The configuration is missing");
    }
    try {
      Entities next = entities(type, body);
      inForce.put(
          next,
          problems -> invalid(problems.stream()
              .map(each -> each.source().equals(next.source())
                  ? new ConfigProblem(next.source(), 0, next.origin(each.path()), each.message())
                  : each)
              .toList()));
      return Answer.of(201, told(next));
    } catch (ConfigException e) {
      return invalid(e.problems());
    } catch (Bodies.UnsupportedTypeException e) {
      return Answer.message(415, "Unsupported Media Type");
    } catch (IllegalArgumentException e) {
      return Bodies.unreadable(type, e);
    }
  }

  private Entities entities(@Nullable String type, byte[] body)
      throws Bodies.UnsupportedTypeException {
    String source = inForce.kept().source();
    Reading reading = new Reading();
    ConfigNode document = document(type, body, source, reading);
    if (document instanceof ConfigNode.Mapping mapping
        && !Manifest.isManifest(document)
        && Nodes.get(mapping, "_format_version").isEmpty()) {
      reading.problem(source, 0, "_format_version", "required field missing");
    }
    Map<String, String> wrong = new LinkedHashMap<>();
    // Whose secret a mask stood for is not to be seen in a file.
    ConfigNode whole = Nodes.unmasked(document, null, "", wrong::put);
    Entities next = Entities.of(whole, reading);
    wrong.forEach((path, message) -> reading.problem(source, 0, path, message));
    for (Entity plugin : next.all("plugins")) {
      String path = next.origin(next.place(plugin));
      Optional<String> name = Nodes.text(plugin.node(), "name");
      if (name.isPresent() && !PluginSchema.names().contains(name.get())) {
        LOG.warn("{}: plugin is not one of ours and not kept", path);
        next = next.without(plugin);
      } else {
        DisabledPlugin.check(plugin.node(), path, reading);
      }
    }
    reading.throwIfAny();
    return next;
  }

  private Map<String, @Nullable Object> told(Entities next) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    for (String kind : Entities.KINDS) {
      Map<String, @Nullable Object> ofKind = new LinkedHashMap<>();
      inForce.all().stream()
          .filter(each -> next.find(each.kind(), each.id()).isPresent())
          .filter(each -> each.kind().equals(kind))
          .forEach(each -> ofKind.put(each.id(), each.members()));
      all.put(kind, ofKind);
    }
    return all;
  }

  private Answer invalid(List<ConfigProblem> problems) {
    return Violations.ofConfig(problems, inForce.kept().source());
  }

  /** The file itself, or a form or an object in which it stands as the text of {@code config}. */
  private static ConfigNode document(
      @Nullable String type, byte[] body, String source, Reading reading)
      throws Bodies.UnsupportedTypeException {
    String text;
    if (List.of("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")
        .contains(Bodies.mediaType(type))) {
      text = Bodies.text(body);
    } else {
      ConfigNode.Mapping said = Bodies.read(type, body, source, "");
      if (!(Nodes.get(said, "config").orElse(null) instanceof ConfigNode.Scalar config)) {
        return said;
      }
      text = config.text();
    }
    List<ConfigNode> documents = YamlReader.readLiteral(source, text, reading);
    reading.throwIfAny();
    return YamlReader.single(documents)
        .orElseThrow(() -> new IllegalArgumentException("is not one document"));
  }
}
