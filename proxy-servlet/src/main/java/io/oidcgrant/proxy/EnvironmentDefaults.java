package io.oidcgrant.proxy;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Every option may as well be an environment variable: {@code OIDC_PROXY_TRUSTED_IPS}. */
record EnvironmentDefaults(Map<String, String> environment) implements IDefaultValueProvider {
  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    return environment.get(variable(option.longestName()));
  }

  static String variable(String option) {
    return "OIDC_PROXY_" + option.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
