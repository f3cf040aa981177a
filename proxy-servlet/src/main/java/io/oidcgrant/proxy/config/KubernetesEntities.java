package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigNodes;
import io.oidcgrant.config.FieldType;
import io.oidcgrant.config.Manifest;
import io.oidcgrant.config.MappingReader;
import io.oidcgrant.config.Reading;
import io.oidcgrant.config.SecretManifests;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What manifests say of certificates and consumers, in the words of the declarative format. */
final class KubernetesEntities {
  private final SecretManifests secrets;
  private final Reading reading;

  KubernetesEntities(SecretManifests secrets, Reading reading) {
    this.secrets = secrets;
    this.reading = reading;
  }

  /** Takes note of them, as of those of a declarative file. */
  void read(List<Manifest> manifests) {
    for (Manifest manifest : manifests) {
      if (manifest.kind().equals("Ingress")) {
        certificates(manifest);
      } else if (manifest.kind().equals("KongConsumer")) {
        consumer(manifest);
      }
    }
  }

  private void certificates(Manifest ingress) {
    List<ConfigNode> items = MappingReader.of(ingress.node(), ingress.path(), reading)
        .flatMap(fields -> fields.take("spec"))
        .flatMap(node -> MappingReader.of(node, ingress.path() + ".spec", reading))
        .map(spec -> spec.takeItems("tls"))
        .orElse(List.of());
    List<ConfigNode> certificates = new ArrayList<>();
    for (ConfigNode item : items) {
      Optional<MappingReader> tls = MappingReader.of(item, ingress.path() + ".spec.tls", reading);
      Optional<String> name = tls.flatMap(of -> of.take("secretName", FieldType.TEXT));
      List<String> names =
          tls.flatMap(of -> of.take("hosts", FieldType.listOf(FieldType.TEXT))).orElse(List.of());
      tls.ifPresent(MappingReader::finish);
      if (name.isEmpty()) {
        continue;
      }
      Optional<String> chain = secrets.find(ingress.namespace(), name.get(), "tls.crt");
      Optional<String> key = secrets.find(ingress.namespace(), name.get(), "tls.key");
      if (chain.isEmpty() || key.isEmpty()) {
        tls.get()
            .problem(
                "secretName", null, "there is no Secret of this name with tls.crt and tls.key");
        continue;
      }
      certificates.add(new ConfigNodes(item)
          .put("id", ingress.namespace() + "/" + name.get() + "/" + ingress.name())
          .put("cert", chain.get())
          .put("key", key.get())
          .put("snis", names)
          .build());
    }
    add(ingress, "certificates", certificates);
  }

  private void consumer(Manifest manifest) {
    MappingReader fields =
        MappingReader.of(manifest.node(), manifest.path(), reading).orElseThrow();
    fields.ignore("apiVersion", "kind", "metadata", "status");
    fields.notImplemented("credentials", "consumerGroups");
    ConfigNodes consumer = new ConfigNodes(manifest.node());
    for (String name : List.of("username", "custom_id")) {
      fields.take(name).ifPresent(value -> consumer.put(name, value));
    }
    fields.finish();
    add(manifest, "consumers", List.of(consumer.build()));
  }

  private void add(Manifest at, String name, List<ConfigNode> items) {
    ConfigNode list = new ConfigNode.Sequence(at.node().source(), at.node().line(), items);
    reading.readEntities(new ConfigNodes(at.node()).put(name, list).build());
  }
}
