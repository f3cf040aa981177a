package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.OidcGrantConfig;
import jakarta.servlet.FilterConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitParamsTest {
  private static final String FILE = """
      issuer: https://idp.example/one
      client_id: kong
      client_secret: s3cr3t
      """;

  private static FilterConfig params(String... pairs) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      texts.put(pairs[i], pairs[i + 1]);
    }
    FilterConfig params = mock(FilterConfig.class);
    when(params.getFilterName()).thenReturn("oidc");
    when(params.getInitParameterNames())
        .thenAnswer(call -> Collections.enumeration(texts.keySet()));
    texts.forEach((name, text) -> when(params.getInitParameter(name)).thenReturn(text));
    return params;
  }

  private static String refusal(FilterConfig params) {
    return catchThrowableOfType(ConfigException.class, () -> InitParams.read(params))
        .getMessage();
  }

  @Test
  void fields_areReadByTheirNames() {
    OidcGrantConfig config = InitParams.read(params(
        "issuer", "https://idp.example/one",
        "client_id", "kong",
        "client_secret", "s3cr3t",
        "scopes", "openid,\n api"));

    assertThat(config.issuer()).isEqualTo("https://idp.example/one");
    assertThat(config.scopes()).containsExactly("openid", "api");
  }

  @Test
  void config_namesAFile(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("k.yaml"), FILE);

    assertThat(InitParams.read(params("config", file.toString())).issuer())
        .isEqualTo("https://idp.example/one");
  }

  @Test
  void config_namesAResource(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("k.yaml"), FILE);
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (var loader =
        new java.net.URLClassLoader(new java.net.URL[] {directory.toUri().toURL()})) {
      thread.setContextClassLoader(loader);

      assertThat(InitParams.read(params("config", "classpath:k.yaml")).issuer())
          .isEqualTo("https://idp.example/one");
      assertThat(InitParams.read(params("config", "classpath:/k.yaml")).issuer())
          .isEqualTo("https://idp.example/one");
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void problems_nameTheFilter_orTheFile(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("k.yaml"), FILE + "timout: 5\n");

    assertThat(refusal(params("config", directory.resolve("gone.yaml").toString())))
        .endsWith("gone.yaml: file: does not exist");
    assertThat(refusal(params("config", file.toString())))
        .isEqualTo(file + ":4: timout: unknown field; did you mean timeout?");
    assertThat(refusal(params("config", "classpath:gone.yaml")))
        .isEqualTo(
            "init-param of filter oidc: config: names no resource on the class path: gone.yaml");
    assertThat(refusal(params("config", file.toString(), "timeout", "5")))
        .isEqualTo(
            "init-param of filter oidc: config: stands beside other init-params; the file must"
                + " hold them all");
    assertThat(refusal(params("isuer", "x")).lines())
        .contains("init-param of filter oidc: isuer: unknown field; did you mean issuer?")
        .anyMatch(line -> line.contains("issuer: is missing"));
  }

  @Test
  void problemsOfTheOtherFilter_areToldAllAtOnce() {
    FilterConfig params = params(
        "oauth.client_idd", "service",
        "oauth.client_secret", "canary",
        "oauth.grant_type", "password",
        "client.timeout", "soon",
        "behavior.idp_error_response_status_code", "401",
        "issuer", "https://idp.example");

    String source = "init-param of filter oidc: ";
    assertThat(catchThrowableOfType(
                jakarta.servlet.ServletException.class,
                () -> new UpstreamOAuthFilter().init(params))
            .getMessage())
        .contains(source + "oauth.token_endpoint: is missing")
        .contains(source + "oauth.client_id: is missing")
        .contains(source + "oauth.client_idd: unknown field; did you mean client_id?")
        .contains(source + "oauth.username: is missing")
        .contains(source + "oauth.password: is missing")
        .contains(source + "client.timeout: ")
        .contains(
            source + "behavior.idp_error_response_status_code: must be a whole number from 500")
        .contains(source + "issuer: unknown field; fields are named such as oauth.client_id")
        .doesNotContain("canary");
  }
}
