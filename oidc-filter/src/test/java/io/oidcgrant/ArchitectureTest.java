package io.oidcgrant;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The house rules that a reviewer would otherwise have to remember. */
class ArchitectureTest {
  private static final String BASE = "io.oidcgrant";

  /**
   * Every package and the packages of ours that it may use: the house on one page, as in
   * ARCHITECTURE.md.
   */
  private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
      Map.entry("protocol", List.of()),
      Map.entry("observe", List.of("protocol")),
      Map.entry("http", List.of("protocol", "jose", "observe")),
      Map.entry("credential", List.of("protocol")),
      Map.entry("jose", List.of("protocol")),
      Map.entry("clientauth", List.of("protocol", "jose")),
      Map.entry("cache", List.of("protocol")),
      Map.entry("authorize", List.of("protocol")),
      Map.entry("propagate", List.of("protocol", "credential")),
      Map.entry("issuer", List.of("protocol", "http", "observe")),
      Map.entry("endpoint", List.of("protocol", "http", "observe")),
      Map.entry("verify", List.of("protocol", "jose")),
      Map.entry("config", List.of("protocol", "jose", "http")),
      Map.entry(
          "flow",
          List.of(
              "protocol",
              "jose",
              "authorize",
              "http",
              "observe",
              "credential",
              "clientauth",
              "cache",
              "propagate",
              "issuer",
              "endpoint",
              "verify",
              "config")));

  private static final JavaClasses MAIN = new ClassFileImporter()
      .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
      .importPackages(BASE);

  static Stream<Map.Entry<String, List<String>>> packages() {
    return MAY_USE.entrySet().stream().sorted(Map.Entry.comparingByKey());
  }

  @ParameterizedTest
  @MethodSource("packages")
  void packageUsesOnlyWhatItMay(Map.Entry<String, List<String>> rule) {
    String[] allowed = Stream.concat(
            Stream.of(BASE + "." + rule.getKey() + ".."),
            rule.getValue().stream().map(name -> BASE + "." + name + ".."))
        .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(BASE + "." + rule.getKey() + "..")
        .should()
        .dependOnClassesThat(resideInAPackage(BASE + "..").and(not(resideInAnyPackage(allowed))))
        .check(MAIN);
  }

  @Test
  void everyPackageStandsInTheTable() {
    Set<String> packages = MAIN.stream()
        .map(type -> type.getPackageName())
        .filter(name -> !name.equals(BASE))
        .map(name -> name.substring(BASE.length() + 1))
        .collect(Collectors.toSet());
    assertThat(packages).isEqualTo(MAY_USE.keySet());
  }

  @Test
  void packagesDoNotDependInCircles() {
    slices().matching(BASE + ".(*)..").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void onlyTheEdgeKnowsServlets() {
    check(noClasses()
        .that(not(resideInAPackage(BASE)))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jakarta.servlet.."));
  }

  @Test
  void onlyTheHttpPackageOpensConnections() {
    check(noClasses()
        .that(not(resideInAPackage(BASE + ".http..")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.net.http.."));
    check(noClasses().should().callMethod(com.nimbusds.oauth2.sdk.http.HTTPRequest.class, "send"));
  }

  @Test
  void whatNeedNotBeThere_isKnownByOneClassEach() {
    check(noClasses()
        .that()
        .haveNameNotMatching(".*\\.OpenTelemetryTracing(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.opentelemetry.."));
    check(noClasses()
        .that()
        .haveNameNotMatching(".*\\.MicrometerGrantObserver(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.micrometer.."));
  }

  @Test
  void theProtocolPackageUsesOnlyTheJdk() {
    check(classes()
        .that()
        .resideInAPackage(BASE + ".protocol..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", BASE + ".protocol.."));
  }

  @Test
  void nobodyReadsTheWallClock() {
    check(noClasses().should().callMethod(Instant.class, "now"));
    check(noClasses().should().callMethod(Clock.class, "systemUTC"));
    check(noClasses().should().callMethod(System.class, "currentTimeMillis"));
  }

  @Test
  void publicClassesAreFinal() {
    check(classes()
        .that()
        .arePublic()
        .and()
        .areNotInterfaces()
        .and()
        .areTopLevelClasses()
        .and()
        .areNotEnums()
        .should()
        .haveModifier(JavaModifier.FINAL));
  }

  @Test
  void namesSayWhatThingsAre() {
    check(noClasses()
        .should()
        .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl|Base|Info|Data|Processor)$"));
    check(noClasses().should().haveSimpleNameStartingWith("Abstract"));
  }

  private static void check(ArchRule rule) {
    rule.check(MAIN);
  }
}
