package io.oidcgrant.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.Reading;
import io.oidcgrant.proxy.route.CanonicalPath;
import io.oidcgrant.proxy.route.Match;
import io.oidcgrant.proxy.route.Outcome;
import io.oidcgrant.proxy.route.RequestFacts;
import io.oidcgrant.proxy.route.Route;
import io.oidcgrant.proxy.route.Router;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kubernetes manifests, alone and beside a declarative file. */
class KubernetesFilesTest {
  private static final String PLUGIN = """
      ---
      apiVersion: configuration.konghq.com/v1
      kind: KongPlugin
      metadata: {name: oidc, namespace: shop}
      plugin: openid-connect
      config:
        issuer: https://idp.example
        client_id: ofPlugin
        client_secret: s
        auth_methods: [client_credentials]
      ---
      apiVersion: configuration.konghq.com/v1
      kind: KongClusterPlugin
      metadata:
        name: everywhere
        annotations: {kubernetes.io/ingress.class: kong}
        labels: {global: "true"}
      plugin: openid-connect
      config:
        issuer: https://idp.example
        client_id: ofCluster
        client_secret: s
        auth_methods: [client_credentials]
      """;

  private static final String SERVICE = """
      ---
      apiVersion: v1
      kind: Service
      metadata:
        name: orders
        namespace: shop
        annotations: {konghq.com/protocol: https, konghq.com/read-timeout: "7000"}
      spec:
        ports: [{name: web, port: 8443}, {name: other, port: 9}]
      """;

  private static final String INGRESS = """
      ---
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata:
        name: orders
        namespace: shop
        annotations:
          konghq.com/plugins: oidc
          konghq.com/strip-path: "true"
          konghq.com/methods: "GET,POST"
      spec:
        ingressClassName: kong
        rules:
          - host: shop.example
            http:
              paths:
                - {path: /orders, pathType: Prefix, backend: {service: {name: orders, port: {name: web}}}}
                - {path: /exact, pathType: Exact, backend: {service: {name: orders, port: {number: 9}}}}
                - {path: '/~/v\\d+', pathType: ImplementationSpecific, backend: {service: {name: orders, port: {number: 9}}}}
      """;

  private static final String HTTP_ROUTE = """
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata:
        name: route
        namespace: shop
        annotations: {konghq.com/plugins: "oidc"}
      spec:
        parentRefs: [{name: kong}]
        hostnames: [api.example]
        rules:
          - matches:
              - path: {type: PathPrefix, value: /a}
                method: PUT
                headers: [{name: X-Version, value: "2"}]
              - path: {type: Exact, value: /b}
            backendRefs: [{name: orders, kind: Service, port: 9}]
      """;

  private static final String DECLARATIVE = """
      ---
      _format_version: "3.0"
      services:
        - name: orders
          url: http://127.0.0.1:9000
          routes: [{name: orders, paths: [/o]}, {name: plain, paths: [/p]}]
      """;

  @TempDir
  private Path directory;

  private final Reading reading = new Reading(name -> null, false);

  private Gateway read(String... documents) throws IOException {
    Path file = Files.writeString(directory.resolve("k8s.yaml"), String.join("", documents));
    return GatewayFiles.read(List.of(file), reading);
  }

  private List<String> problems() {
    return reading.problems().stream().map(ConfigProblem::toString).toList();
  }

  private static Route route(Gateway gateway, String name) {
    return gateway.routes().stream()
        .filter(route -> route.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(gateway.routes().toString()));
  }

  private static String client(Gateway gateway, String name) {
    return route(gateway, name).grant().orElseThrow().clients().get(0).id();
  }

  @Test
  void ingress_becomesRoutes_withItsPluginsAndServices() throws IOException {
    Gateway gateway = read(PLUGIN, SERVICE, INGRESS);

    assertThat(problems()).isEmpty();
    Route first = route(gateway, "shop.orders.0");
    assertThat(first.service().scheme()).isEqualTo("https");
    assertThat(first.service().host()).isEqualTo("orders.shop.svc");
    assertThat(first.service().port()).isEqualTo(8443);
    assertThat(first.service().readTimeout()).isEqualTo(7000);
    assertThat(first.stripPath()).isTrue();
    assertThat(first.preserveHost()).isTrue();
    assertThat(first.criteria().methods()).containsExactlyInAnyOrder("GET", "POST");
    assertThat(client(gateway, "shop.orders.0")).isEqualTo("ofPlugin");
    assertThat(route(gateway, "shop.orders.1").service().port()).isEqualTo(9);
    assertThat(route(gateway, "shop.orders.0").grant())
        .containsSame(route(gateway, "shop.orders.2").grant().orElseThrow());
  }

  /** Else a slip in a name would leave a route open. */
  @Test
  void plugin_ofAServiceThatNothingLeadsTo_isAProblem() throws IOException {
    String bound =
        SERVICE.replace("konghq.com/protocol", "konghq.com/plugins: oidc, konghq.com/protocol");
    read(PLUGIN, DECLARATIVE.replace("orders", "order"), bound);
    assertThat(problems())
        .singleElement()
        .asString()
        .contains("Service/orders.metadata.annotations.konghq.com/plugins: binds to nothing");
  }

  /** With nothing declared, nothing can get through. */
  @Test
  void plugin_ofAServiceThatNothingLeadsTo_isWarnedOf_whereNothingIsDeclared() throws IOException {
    read(
        PLUGIN,
        SERVICE.replace(
            "konghq.com/protocol", "konghq.com/plugins: \"oidc,oidc\", konghq.com/protocol"));
    assertThat(problems()).isEmpty();
    assertThat(reading.warnings().toString()).contains("binds to nothing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing", "a: 1\n---\nb: 2"})
  void configFrom_whatIsNotOneDocument_isAProblem(String value) throws IOException {
    String plugin = PLUGIN.substring(0, PLUGIN.indexOf("config:"))
        + "configFrom: {secretKeyRef: {name: c, key: c}}\n";
    read(
        plugin,
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: c, namespace: shop}\nstringData:\n  c: |\n"
            + value.indent(4));
    assertThat(problems())
        .singleElement()
        .asString()
        .contains("configFrom.secretKeyRef.key: leads to what is not one YAML document");
  }

  @Test
  void objects_standOnce_andListsHaveNothingElse() throws IOException {
    read(SERVICE, SERVICE, """
        ---
        apiVersion: v1
        kind: List
        metadata: {}
        itmes: []
        items:
          - {kind: KongClusterPlugin, metadata: {name: a}}
        ---
        # nothing
        ---
        """);
    assertThat(problems())
        .anyMatch(problem -> problem.contains("Service/orders: stands here twice"))
        .anyMatch(problem -> problem.contains("itmes: unknown field"))
        .anyMatch(problem -> problem.contains("items: has an entry without apiVersion and kind"))
        .hasSize(3);
  }

  @Test
  void plugin_thatIsBoundToNothing_isWarnedOf() throws IOException {
    read(PLUGIN.replace("global:", "globl:"), DECLARATIVE);
    assertThat(problems()).isEmpty();
    assertThat(reading.warnings().stream().map(ConfigProblem::toString))
        .anyMatch(line -> line.contains("KongPlugin/oidc: is bound to nothing"))
        .anyMatch(line -> line.contains("KongClusterPlugin/everywhere: is bound to nothing"));
  }

  @ParameterizedTest
  @CsvSource({"KongPlugn, KongPlugin", "KongClusterPlugins, KongClusterPlugin"})
  void kind_thatIsMisspelt_isAProblem(String kind, String meant) throws IOException {
    read("{apiVersion: configuration.konghq.com/v1, kind: " + kind + ", metadata: {name: a}}");
    assertThat(problems()).singleElement().asString().contains("did you mean " + meant);
  }

  @ParameterizedTest
  @CsvSource({
    "shop.example, GET, /orders, shop.orders.0",
    "shop.example, GET, /orders/1, shop.orders.0",
    "shop.example, GET, /ordersmore, ''",
    "shop.example, PUT, /orders, ''",
    "other.example, GET, /orders, ''",
    "shop.example, GET, /exact, shop.orders.1",
    "shop.example, GET, /exact/x, ''",
    "shop.example, GET, /v12/x, shop.orders.2",
    "api.example, GET, /b, shop.route.0.1",
    "api.example, GET, /b/c, ''",
  })
  void paths_endWhereSegmentsDo(String host, String method, String path, String route)
      throws IOException {
    Gateway gateway = read(PLUGIN, SERVICE, INGRESS, HTTP_ROUTE);

    assertThat(problems()).isEmpty();
    Outcome outcome = new Router(gateway.routes()).route(new Asked(method, host, path));
    assertThat(outcome instanceof Match match ? match.route().name() : "").isEqualTo(route);
  }

  private record Asked(String method, String host, String target) implements RequestFacts {
    @Override
    public int port() {
      return 80;
    }

    @Override
    public CanonicalPath path() {
      return CanonicalPath.of(target).orElseThrow();
    }

    @Override
    public List<String> headers(String name) {
      return List.of();
    }

    @Override
    public boolean secure() {
      return false;
    }

    @Override
    public @Nullable String serverName() {
      return null;
    }

    @Override
    public boolean http2() {
      return false;
    }
  }

  @Test
  void service_besideADeclarativeFile_standsForTheServiceOfItsName() throws IOException {
    String annotated =
        SERVICE.replace("annotations: {", "annotations: {konghq.com/plugins: oidc, ");
    Gateway gateway = read(DECLARATIVE, PLUGIN, annotated);

    assertThat(problems()).isEmpty();
    assertThat(gateway.routes()).hasSize(2);
    assertThat(client(gateway, "plain")).isEqualTo("ofPlugin");
  }

  @Test
  void ingressWithoutASpec_standsForTheRouteOfItsName_andTheClusterPluginForTheRest()
      throws IOException {
    String bare = INGRESS.substring(0, INGRESS.indexOf("spec:"));
    Gateway gateway = read(DECLARATIVE, PLUGIN, bare);

    assertThat(problems()).isEmpty();
    assertThat(client(gateway, "orders")).isEqualTo("ofPlugin");
    assertThat(client(gateway, "plain")).isEqualTo("ofCluster");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "konghq.com/plugins: oidc|konghq.com/plugins: oicd|there is no KongPlugin of the name oicd in namespace shop",
        "konghq.com/methods|konghq.com/rewrite|konghq.com/rewrite: is not implemented",
        "port: {name: web}|port: {name: wob}|there is no Service of this name with a port of this name",
        "port: {name: web}|other: x|must name a service with its port",
        "methods: \"GET,POST\"|methods: \"get\"|Ingress/orders.methods[0]: must be a method in upper case",
      })
  void whatIsWrong_isSaid(String written, String instead, String problem) throws IOException {
    read(PLUGIN, SERVICE, INGRESS.replace(written, instead));

    assertThat(problems()).anySatisfy(text -> assertThat(text).contains("k8s.yaml:", problem));
  }

  /** A slip that is ignored would open a route to every path or every host. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "matches:|matchs:|spec.rules[0].matchs: unknown field; did you mean matches?",
        "hostnames:|hostname:|spec.hostname: unknown field; did you mean hostnames?",
        "method: PUT|methods: PUT|spec.rules[0].matches[0].methods: unknown field",
        "value: /a}|vaule: /a}|spec.rules[0].matches[0].path.vaule: unknown field",
        "value: \"2\"}|vaule: \"2\"}|spec.rules[0].matches[0].headers[0].vaule: unknown field",
        "type: PathPrefix|type: Prefix|spec.rules[0].matches[0].path.type: must be one of",
        "port: 9}|port: 9, weigth: 1}|spec.rules[0].backendRefs[0].weigth: unknown field",
        "kind: Service|kind: Bucket|spec.rules[0].backendRefs[0].kind: other than Service",
        "- host: shop|- hosts: shop|spec.rules[0].hosts: unknown field; did you mean host?",
        "path: /orders,|paths: /orders,|http.paths[0].paths: unknown field; did you mean path?",
        "pathType: Exact|pathTyp: Exact|http.paths[1].pathTyp: unknown field",
        "pathType: Prefix|pathType: prefix|http.paths[0].pathType: must be one of",
        "number: 9|number: 9, nmae: x|http.paths[1].backend.service.port.nmae: unknown field",
        "ingressClassName|ingressClasName|spec.ingressClasName: unknown field",
        "rules:|rule:|spec.rule: unknown field; did you mean rules?",
        "spec:|sepc:|.sepc: unknown field; did you mean spec?",
        "ports: [|port: [|Service/orders.spec.port: unknown field; did you mean ports?",
        "name: other|nmae: other|Service/orders.spec.ports[1].nmae: unknown field",
      })
  void slip_isSaid_whereverItIs(String written, String instead, String problem) throws IOException {
    String all = SERVICE + INGRESS + HTTP_ROUTE;
    assertThat(all).contains(written);
    read(PLUGIN, all.replace(written, instead));

    assertThat(problems()).anySatisfy(text -> assertThat(text).contains("k8s.yaml:", problem));
  }

  @Test
  void whatTheClusterAdds_isIgnored() throws IOException {
    String added = "status: {loadBalancer: {}}\n";
    String metadata =
        "metadata:\n  uid: u\n  resourceVersion: \"7\"\n  managedFields: [{manager: kubectl}]";
    read(
        PLUGIN,
        SERVICE
                .replace("metadata:", metadata)
                .replace("spec:", "spec:\n  clusterIP: 10.0.0.1\n  type: ClusterIP")
            + added,
        INGRESS.replace("metadata:", metadata) + added,
        HTTP_ROUTE
                .replace("metadata:", metadata)
                .replace("port: 9}", "port: 9, group: \"\", weight: 1}")
            + "status: {parents: []}\n");

    assertThat(problems()).isEmpty();
  }

  @Test
  void otherKinds_areSkipped_withAWarning() throws IOException {
    read(DECLARATIVE, "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\n");

    assertThat(problems()).isEmpty();
    assertThat(reading.warnings()).singleElement().asString().contains("ConfigMap/x");
  }

  @Test
  void consumersAndCertificates_areThoseOfADeclarativeFile() throws IOException {
    read(
        DECLARATIVE,
        "---\napiVersion: configuration.konghq.com/v1\nkind: KongConsumer\nmetadata: {name: c}\nusername: alice\n",
        INGRESS.replace("rules:", "tls: [{hosts: [shop.example], secretName: none}]\n  rules:"));

    assertThat(reading.consumers().all()).hasSize(1);
    assertThat(problems())
        .anySatisfy(text -> assertThat(text).contains("with tls.crt and tls.key"));
  }
}
