package io.oidcgrant.proxy.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.ConfigNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a mask stands for. */
class NodesTest {
  @ParameterizedTest
  @CsvSource({
    "***, secret, secret",
    "http://***@h:1/p, http://u:p@h:1/p, http://u:p@h:1/p",
    "http://***@new:1/p, http://u:p@h:1/p, ",
    "http://***@h:1/p, http://h:1/p, ",
    "http://***@h:1/p, , ",
    "***, , ",
    "other, secret, other",
  })
  void mask_standsForWhatItWasToldOf(String said, String old, String kept) {
    Map<String, String> wrong = new LinkedHashMap<>();
    ConfigNode node = Nodes.unmasked(
        Nodes.text("test", said),
        old == null ? null : Nodes.text("test", old),
        "field",
        wrong::put);
    if (kept == null) {
      assertThat(wrong).containsKey("field");
    } else {
      assertThat(wrong).isEmpty();
      assertThat(((ConfigNode.Scalar) node).text()).isEqualTo(kept);
    }
  }
}
