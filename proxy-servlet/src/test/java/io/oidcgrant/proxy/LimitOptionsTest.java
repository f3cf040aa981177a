package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.oidcgrant.proxy.server.Limits;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

class LimitOptionsTest {
  @Command
  private static final class Any {
    @Mixin
    private LimitOptions options = new LimitOptions();
  }

  private static Limits limits(Map<String, String> environment, String... arguments) {
    Any any = new Any();
    new CommandLine(any)
        .setDefaultValueProvider(new EnvironmentDefaults(environment))
        .parseArgs(arguments);
    return any.options.limits();
  }

  @Test
  void leftOut_areTheDefaults() {
    assertThat(limits(Map.of()))
        .isEqualTo(
            new Limits(65_536, 256, 10_000, Duration.ofSeconds(10), 64, Duration.ofSeconds(75)));
  }

  @Test
  void environment_setsThem_andTheCommandLineGoesFirst() {
    Map<String, String> environment =
        Map.of("OIDC_PROXY_MIN_BODY_RATE", "0", "OIDC_PROXY_MAX_CONNECTIONS", "9");
    assertThat(limits(environment, "--max-connections", "8"))
        .isEqualTo(new Limits(65_536, 256, 8, Duration.ofSeconds(10), 0, Duration.ofSeconds(75)));
  }

  @ParameterizedTest
  @CsvSource({
    "--max-header-bytes, 1024, 98304",
    "--max-header-count, 8, 10000",
    "--max-connections, 1, 1000000",
    "--header-timeout, 1, 600",
    "--min-body-rate, 0, 1000000",
    "--idle-timeout, 1, 86400",
  })
  void valuesOutside_areRefused_withWhatWouldBeRight(String option, int least, int most) {
    for (int wrong : new int[] {least - 1, most + 1}) {
      assertThatThrownBy(() -> limits(Map.of(), option, String.valueOf(wrong)))
          .isInstanceOf(ParameterException.class)
          .hasMessage(option + " must be " + least + " to " + most + ", is " + wrong);
    }
    assertThat(limits(Map.of(), option, String.valueOf(least)))
        .isNotEqualTo(limits(Map.of(), option, String.valueOf(most)));
  }
}
