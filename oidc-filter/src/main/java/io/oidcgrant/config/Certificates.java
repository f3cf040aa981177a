package io.oidcgrant.config;

import io.oidcgrant.http.Pem;
import io.oidcgrant.http.TlsIdentity;
import io.oidcgrant.protocol.Printable;
import io.oidcgrant.protocol.Secret;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The entries {@code certificates[]} and {@code ca_certificates[]} of the files of one reading.
 * They are read before anything that may name them. Not thread-safe.
 */
public final class Certificates {
  /**
   * An entry of {@code certificates[]}.
   *
   * @param alternative the same for callers that want a key of another kind ({@code cert_alt})
   * @param names for which a listener presents it ({@code snis}), in lower case
   */
  public record Entry(
      String id,
      TlsIdentity.Source source,
      Optional<TlsIdentity.Source> alternative,
      List<String> names) {}

  /** A host's name, of which the first or the last label may be {@code *}. */
  private static final Pattern NAME =
      Pattern.compile("\\*|(\\*\\.)?LABEL(\\.LABEL)*|LABEL(\\.LABEL)*\\.\\*"
          .replace("LABEL", "[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?"));

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> authorities = new LinkedHashMap<>();
  /** Where each id stands. */
  private final Map<String, ConfigNode> entryPlaces = new HashMap<>();

  private final Map<String, ConfigNode> authorityPlaces = new HashMap<>();
  private final Map<String, ConfigNode> namePlaces = new HashMap<>();
  /** Found usable before, with what they hold: not looked at again. */
  private final Set<Object> usable = new HashSet<>();

  Certificates() {}

  Certificates(Certificates accepted) {
    accepted.entries.values().forEach(entry -> {
      usable.add(entry.source());
      entry.alternative().ifPresent(usable::add);
    });
    usable.addAll(accepted.authorities.values());
  }

  /** The entry with this id. */
  public Optional<Entry> find(String id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** All entries, in their order. */
  public List<Entry> all() {
    return List.copyOf(entries.values());
  }

  /** The PEM of the entry of {@code ca_certificates[]} with this id. */
  public Optional<String> findAuthority(String id) {
    return Optional.ofNullable(authorities.get(id));
  }

  /** Reads the entries of one file. */
  public void read(ConfigNode root, Reading reading) {
    if (!(root instanceof ConfigNode.Mapping mapping)) {
      return;
    }
    for (ConfigNode.Entry entry : mapping.entries()) {
      boolean own = entry.name().equals("certificates");
      if (!own && !entry.name().equals("ca_certificates")) {
        continue;
      }
      if (entry.value() instanceof ConfigNode.Sequence list) {
        for (int i = 0; i < list.items().size(); i++) {
          MappingReader.of(list.items().get(i), entry.name() + "[" + i + "]", reading)
              .ifPresent(item -> {
                if (own) {
                  certificate(item, reading);
                } else {
                  authority(item, reading);
                }
              });
        }
      } else if (!entry.value().isNull()) {
        reading.problem(
            entry.value(), entry.name(), "is " + entry.value().kind() + ", must be a list");
      }
    }
  }

  private void certificate(MappingReader mapping, Reading reading) {
    Optional<Secret> password = mapping.take("key_password", FieldType.SECRET);
    Optional<ConfigNode> own = mapping.take("cert");
    if (own.isEmpty()) {
      mapping.problem("cert", null, "is missing");
    }
    TlsIdentity.Source source = source(mapping, own, "", password, reading);
    Optional<TlsIdentity> identity = own.flatMap(node -> usable(mapping, "cert", source));
    Optional<ConfigNode> other = mapping.take("cert_alt");
    Optional<TlsIdentity.Source> alternative = Optional.empty();
    if (other.isPresent()) {
      alternative = Optional.of(source(mapping, other, "_alt", password, reading));
      Optional<TlsIdentity> second = usable(mapping, "cert_alt", alternative.get());
      if (identity.isPresent()
          && second.isPresent()
          && identity.get().keyType().equals(second.get().keyType())) {
        mapping.problem(
            "cert_alt",
            null,
            "has a key of the same kind as cert, must be of another (RSA and EC)");
      }
    }
    List<String> names = names(mapping, reading);
    String id = id(mapping, entryPlaces);
    mapping.take("tags", FieldType.listOf(FieldType.TEXT));
    mapping.ignore("created_at", "updated_at");
    mapping.finish();
    // One that cannot be used is known all the same: it is a problem here, not where it is named.
    entries.putIfAbsent(id, new Entry(id, source, alternative, names));
  }

  /** A certificate with its key, which may stand in the certificate's file. */
  private static TlsIdentity.Source source(
      MappingReader mapping,
      Optional<ConfigNode> node,
      String suffix,
      Optional<Secret> password,
      Reading reading) {
    String certificate = node.flatMap(found -> textOrFile(mapping, found, "cert" + suffix, reading))
        .orElse("");
    String keyName = "key" + suffix;
    Optional<ConfigNode> key = mapping.take(keyName);
    if (key.isEmpty() && (certificate.isEmpty() || Pem.isPem(certificate))) {
      mapping.problem(keyName, null, "is missing");
    }
    return new TlsIdentity.Source(
        certificate, key.flatMap(found -> textOrFile(mapping, found, keyName, reading)), password);
  }

  /** What it says; of a reference to a file the file's name, so that it can be read again. */
  private static Optional<String> textOrFile(
      MappingReader mapping, ConfigNode node, String name, Reading reading) {
    Optional<String> file = node instanceof ConfigNode.Scalar scalar
        ? TextType.fileOf(scalar.text())
        : Optional.empty();
    return file.or(() -> FieldType.REFERENCEABLE.read(node, mapping.pathOf(name), reading));
  }

  private Optional<TlsIdentity> usable(
      MappingReader mapping, String name, TlsIdentity.Source source) {
    boolean told = source.certificate().isEmpty()
        || (source.key().isEmpty() && Pem.isPem(source.certificate()));
    try {
      return told || usable.contains(source)
          ? Optional.empty()
          : Optional.of(TlsIdentity.load(source, InstantSource.system().instant()));
    } catch (IllegalArgumentException e) {
      mapping.problem(name, null, "cannot be used: " + e.getMessage());
      return Optional.empty();
    }
  }

  private void authority(MappingReader mapping, Reading reading) {
    Optional<String> certificate = required(mapping, "cert", FieldType.REFERENCEABLE, reading);
    String id = id(mapping, authorityPlaces);
    mapping.take("tags", FieldType.listOf(FieldType.TEXT));
    mapping.ignore("cert_digest", "created_at", "updated_at");
    mapping.finish();
    certificate
        .filter(pem -> !usable.contains(pem))
        .flatMap(Certificates::wrongAuthority)
        .ifPresent(wrong -> mapping.problem("cert", null, wrong));
    authorities.putIfAbsent(id, certificate.orElse(""));
  }

  private static Optional<String> wrongAuthority(String pem) {
    try {
      Instant now = InstantSource.system().instant();
      return Pem.certificates(pem).stream()
          .filter(certificate -> certificate.getNotAfter().toInstant().isBefore(now))
          .findFirst()
          .map(expired -> "holds the certificate of "
              + Printable.of(expired.getSubjectX500Principal().getName()) + ", which expired at "
              + expired.getNotAfter().toInstant());
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static <T> Optional<T> required(
      MappingReader mapping, String name, FieldType<T> type, Reading reading) {
    Optional<ConfigNode> value = mapping.take(name);
    if (value.isEmpty()) {
      mapping.problem(name, null, "is missing");
    }
    return value.flatMap(node -> type.read(node, mapping.pathOf(name), reading));
  }

  /** An entry without an id can be used by nothing but a listener. */
  private static String id(MappingReader mapping, Map<String, ConfigNode> places) {
    String id = mapping.take("id", FieldType.TEXT).orElse("#" + (places.size() + 1));
    ConfigNode earlier = places.putIfAbsent(id, mapping.node());
    if (earlier != null) {
      mapping.problem(
          "id",
          null,
          "there is another entry with this id at " + earlier.source() + ":" + earlier.line());
    }
    return id;
  }

  /** Texts, or mappings with a name, as in a dump. */
  private List<String> names(MappingReader mapping, Reading reading) {
    List<String> names = new ArrayList<>();
    List<ConfigNode> items = mapping.takeValues("snis");
    for (int i = 0; i < items.size(); i++) {
      ConfigNode item = items.get(i);
      String path = mapping.pathOf("snis") + "[" + i + "]";
      if (item instanceof ConfigNode.Mapping) {
        MappingReader.of(item, path, reading).ifPresent(inner -> {
          inner
              .take("name", FieldType.TEXT)
              .ifPresent(name -> add(names, name, item, path + ".name", reading));
          inner.ignore("id", "tags", "certificate", "created_at", "updated_at");
          inner.finish();
        });
      } else {
        FieldType.TEXT
            .read(item, path, reading)
            .ifPresent(name -> add(names, name, item, path, reading));
      }
    }
    return List.copyOf(names);
  }

  private void add(
      List<String> names, String written, ConfigNode at, String path, Reading reading) {
    String name = written.toLowerCase(Locale.ROOT);
    if (!NAME.matcher(name).matches()) {
      reading.problem(
          at, path, "must be a host's name, of which the first or the last label may be *");
      return;
    }
    ConfigNode earlier = namePlaces.putIfAbsent(name, at);
    if (earlier != null) {
      reading.problem(
          at, path, "stands at " + earlier.source() + ":" + earlier.line() + " already");
      return;
    }
    names.add(name);
  }
}
