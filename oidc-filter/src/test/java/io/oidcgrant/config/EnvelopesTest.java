package io.oidcgrant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.oidcgrant.protocol.Secret;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file, init-params and the builder say the same by the same names. */
class EnvelopesTest {
  private static OidcGrantConfig fromTexts(Map<String, String> texts) {
    return OidcGrantConfig.fromTexts("init-params", texts.keySet(), texts::get);
  }

  private static Map<String, String> texts(String... more) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("issuer", "https://idp.example/one");
    texts.put("client_id", "kong");
    texts.put("client_secret", "s3cr3t");
    for (int i = 0; i < more.length; i += 2) {
      texts.put(more[i], more[i + 1]);
    }
    return texts;
  }

  private static List<String> problems(Map<String, String> texts) {
    return catchThrowableOfType(ConfigException.class, () -> fromTexts(texts)).problems().stream()
        .map(ConfigProblem::toString)
        .toList();
  }

  /** What every accessor says. */
  private static Map<String, Object> everything(OidcGrantConfig config) throws Exception {
    Map<String, Object> everything = new TreeMap<>();
    for (Method accessor : OidcGrantConfig.class.getDeclaredMethods()) {
      if (Modifier.isPublic(accessor.getModifiers())
          && !Modifier.isStatic(accessor.getModifiers())
          && accessor.getParameterCount() == 0) {
        everything.put(accessor.getName(), accessor.invoke(config));
      }
    }
    return everything;
  }

  @Test
  void sameSettings_areTheSameConfiguration() throws Exception {
    OidcGrantConfig file = OidcGrantFile.parse("k.yaml", """
        issuer: https://idp.example/one
        client_id: [kong]
        client_secret: s3cr3t
        client_auth: client_secret_post
        auth_methods: [password, refresh_token]
        refresh_token_param_name: refresh_token
        refresh_token_param_type: [header, body]
        password_param_type: header
        scopes: [openid, api]
        token_headers_names: [x-a, x-b]
        token_headers_values: ['1', two]
        leeway: 1.5
        cache_ttl_max: 60
        timeout: 250
        hide_credentials: false
        upstream_refresh_token_header: x_refresh
        cache_tokens_salt: salt
        """);
    OidcGrantConfig initParams = fromTexts(texts(
        "client_auth", "client_secret_post",
        "auth_methods", "password,refresh_token",
        "refresh_token_param_name", "refresh_token",
        "refresh_token_param_type", " header\n  body ",
        "password_param_type", "header",
        "scopes", "openid, api",
        "token_headers_names", "x-a x-b",
        "token_headers_values", "1,two",
        "leeway", "1.5",
        "cache_ttl_max", " 60 ",
        "timeout", "250",
        "hide_credentials", "false",
        "upstream_refresh_token_header", "x_refresh",
        "cache_tokens_salt", "salt"));
    OidcGrantConfig built = OidcGrantConfig.builder()
        .issuer("https://idp.example/one")
        .clientId("kong")
        .clientSecret("s3cr3t")
        .clientAuth("client_secret_post")
        .authMethods("password", "refresh_token")
        .refreshTokenParamName("refresh_token")
        .refreshTokenParamType("header", "body")
        .passwordParamType("header")
        .scopes("openid", "api")
        .tokenHeadersNames("x-a", "x-b")
        .tokenHeadersValues("1", "two")
        .leeway(Duration.ofMillis(1500))
        .cacheTtlMax(Duration.ofMinutes(1))
        .timeout(Duration.ofMillis(250))
        .hideCredentials(false)
        .upstreamRefreshTokenHeader("x_refresh")
        .cacheTokensSalt("salt")
        .build();

    assertThat(everything(initParams)).isEqualTo(everything(file));
    assertThat(everything(built)).isEqualTo(everything(file));
    assertThat(file.leeway()).isEqualTo(Duration.ofMillis(1500));
    assertThat(file.tokenHeaders()).isEqualTo(Map.of("x-a", "1", "x-b", "two"));
    assertThat(file.clients().get(0).secret()).contains(Secret.of("s3cr3t"));
  }

  @Test
  void everyField_hasItsSetter() {
    List<String> setters = Arrays.stream(OidcGrantConfigBuilder.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .map(Method::getName)
        .toList();

    for (Field<?> field : OidcFields.rows()) {
      if (field.equals(OidcFields.TLS_CLIENT_AUTH_CERT_ID)) {
        continue; // names an entry of a file
      }
      StringBuilder camelCase = new StringBuilder();
      for (String word : field.name().split("_", -1)) {
        camelCase.append(
            camelCase.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
      }
      assertThat(setters).contains(camelCase.toString());
    }
  }

  @Test
  void initParam_thatIsEmpty_isUnset() {
    OidcGrantConfig config = fromTexts(texts("upstream_access_token_header", "", "leeway", ""));

    assertThat(config.upstreamHeaders()).isEmpty();
    assertThat(config.leeway()).isZero();
  }

  @Test
  void initParam_ofSeparatorsAlone_isAnEmptyList() {
    assertThat(fromTexts(texts("scopes", " , ")).scopes()).isEmpty();
  }

  @Test
  void blankScopes_areLeftOut() {
    OidcGrantConfig config = OidcGrantConfig.builder()
        .issuer("https://idp.example")
        .clientId("kong")
        .clientSecret("s3cr3t")
        .scopes("", "openid", " ")
        .build();

    assertThat(config.scopes()).containsExactly("openid");
  }

  @Test
  void initParam_thatIsASecret_isTakenAsItIs() {
    OidcGrantConfig config =
        fromTexts(texts("client_secret", " a,b c ", "cache_tokens_salt", " s, t "));

    assertThat(config.clients().get(0).secret()).contains(Secret.of(" a,b c "));
    assertThat(config.cacheTokensSalt()).contains(Secret.of(" s, t "));
  }

  @Test
  void initParams_tellEveryProblem() {
    assertThat(problems(texts("leeway", "soon", "timout", "5", "auth_methods", "password session")))
        .containsExactlyInAnyOrder(
            "init-params: leeway: is a text, must be a number from 0 to 3600",
            "init-params: timout: unknown field; did you mean timeout?",
            "init-params: auth_methods[1]: session is not implemented in this release; implemented:"
                + " bearer, introspection, userinfo, refresh_token, password, client_credentials");
  }

  @ParameterizedTest
  @CsvSource({"true, true", "TRUE, true", "false, false"})
  void initParam_isReadAsTheFieldsType(String text, boolean value) {
    assertThat(fromTexts(texts("display_errors", text, "token_headers_prefix", text))
            .displayErrors())
        .isEqualTo(value);
  }

  @Test
  void builder_tellsEveryProblem() {
    ConfigException refused = catchThrowableOfType(
        ConfigException.class,
        () -> OidcGrantConfig.builder()
            .issuer("https://idp.example")
            .clientId("kong")
            .clientSecret("")
            .authMethods("password", "session")
            .passwordParamType("headers")
            .leeway(Duration.ofHours(2))
            .cacheTtl(Duration.ofSeconds(-1))
            .timeout(Duration.ZERO)
            .build());

    assertThat(refused.problems())
        .extracting(ConfigProblem::toString)
        .containsExactlyInAnyOrder(
            "builder: client_secret: is empty",
            "builder: auth_methods: session is not implemented in this release; implemented:"
                + " bearer, introspection, userinfo, refresh_token, password, client_credentials",
            "builder: password_param_type: must be one of header, query, body; did you mean header?",
            "builder: leeway: must be a number from 0 to 3600",
            "builder: cache_ttl: must be a number from 0 to 31622400",
            "builder: timeout: must be a whole number from 1 to 600000");
  }

  @Test
  void builtConfiguration_doesNotChangeWithItsBuilder() {
    OidcGrantConfigBuilder builder = OidcGrantConfig.builder()
        .issuer("https://idp.example")
        .clientId("kong")
        .clientSecret("s3cr3t");
    OidcGrantConfig config = builder.build();

    builder.leeway(Duration.ofSeconds(9));

    assertThat(config.leeway()).isZero();
    assertThat(config.toString()).doesNotContain("s3cr3t");
  }
}
