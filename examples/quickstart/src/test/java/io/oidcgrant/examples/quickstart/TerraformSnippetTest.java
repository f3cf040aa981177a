package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Kong's documents have for Terraform says what their calls say, which run. */
class TerraformSnippetTest {
  private static final Pattern VARIABLE = Pattern.compile("'\\$(\\w+)'");

  static Stream<Snippet> terraform() throws Exception {
    return Snippet.ofKind("terraform.tf");
  }

  /** The body of a call, its variables as Terraform names them. */
  private static Map<String, Object> body(Snippet call) throws Exception {
    String text = call.text();
    String json = text.substring(text.indexOf("--data '") + 8, text.lastIndexOf('\''));
    return JSONObjectUtils.parse(VARIABLE
        .matcher(json)
        .replaceAll(found -> "var." + found.group(1).toLowerCase(Locale.ROOT)));
  }

  /** The attributes of a resource, whose block is JSON but for quotes and commas. */
  private static Map<String, Object> attributes(String resource) throws Exception {
    return JSONObjectUtils.parse(resource
        .substring(resource.indexOf('{'))
        .replaceAll("(var|konnect_\\w+)\\.[\\w.]+", "\"$0\"")
        .replaceAll("(?m)^ +(\\w+) = ", "\"$1\": ")
        .replaceAll("([^{])\n(?=\")", "$1,\n"));
  }

  @ParameterizedTest
  @MethodSource("terraform")
  void terraformSnippet_saysWhatTheCallSays(Snippet snippet) throws Exception {
    Map<String, Object> call =
        body(new Snippet(snippet.document(), snippet.scope() + "-konnect.sh"));

    Map<String, Object> attributes = attributes(snippet.text());

    assertThat(snippet.text()).startsWith("resource \"konnect_gateway_plugin_openid_connect\" ");
    assertThat(call).containsEntry("name", "openid-connect");
    assertThat(attributes)
        .containsEntry("config", call.get("config"))
        .containsEntry("enabled", true);
    assertThat(attributes.get("tags")).isEqualTo(call.get("tags"));
    assertThat(attributes.containsKey("service")).isEqualTo(snippet.scope().equals("service"));
    assertThat(attributes.containsKey("route")).isEqualTo(snippet.scope().equals("route"));
  }
}
