package io.oidcgrant.config;

import io.oidcgrant.protocol.Consumers;
import io.oidcgrant.protocol.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The settings of one {@code upstream-oauth} plugin: immutable, valid as a whole. What each field
 * means stands in the reference.
 */
public final class UpstreamOAuthConfig {
  private final Values values;
  private final OidcGrantConfig requests;

  UpstreamOAuthConfig(Values values, boolean kongCompatible) {
    this.values = new Values(values);
    this.requests =
        new OidcGrantConfig(UpstreamOAuthRules.requests(values), Consumers.NONE, kongCompatible);
  }

  public static UpstreamOAuthConfigBuilder builder() {
    return new UpstreamOAuthConfigBuilder();
  }

  /**
   * The plugin's {@code config} mapping; empty, with every problem noted, where it is not right.
   */
  public static Optional<UpstreamOAuthConfig> read(ConfigNode node, String path, Reading reading) {
    return UpstreamOAuthReader.read(node, path, reading);
  }

  /**
   * Settings from named texts, such as a servlet's init-params: {@code oauth.client_id} and so on.
   *
   * @param texts the text of a name, null where there is none
   * @throws ConfigException with every problem
   */
  public static UpstreamOAuthConfig fromTexts(
      String source, Iterable<String> names, UnaryOperator<String> texts) {
    return UpstreamOAuthReader.fromTexts(source, names, texts);
  }

  /** What counts for a field, its default where nothing was written. */
  Optional<?> inForce(Field<?> field) {
    return values.find(field);
  }

  /** How the issuer is reached and the client proves itself, in the words of the other plugin. */
  public OidcGrantConfig requests() {
    return requests;
  }

  /** {@code client_credentials}, {@code password} or {@code token_exchange}. */
  public String grantType() {
    return values.get(UpstreamOAuthFields.GRANT_TYPE);
  }

  public Optional<Secret> username() {
    return values.find(UpstreamOAuthFields.USERNAME);
  }

  public Optional<Secret> password() {
    return values.find(UpstreamOAuthFields.PASSWORD);
  }

  public List<String> audience() {
    return values.find(UpstreamOAuthFields.AUDIENCE).orElse(List.of());
  }

  public Duration eagerlyExpire() {
    return seconds(UpstreamOAuthFields.EAGERLY_EXPIRE);
  }

  public Duration defaultTtl() {
    return seconds(UpstreamOAuthFields.DEFAULT_TTL);
  }

  public String headerName() {
    return values.get(UpstreamOAuthFields.HEADER_NAME);
  }

  public boolean upstreamDpop() {
    return values.get(UpstreamOAuthFields.UPSTREAM_DPOP);
  }

  public int errorStatus() {
    return values.get(UpstreamOAuthFields.ERROR_STATUS);
  }

  public String errorContentType() {
    return values.get(UpstreamOAuthFields.ERROR_CONTENT_TYPE);
  }

  public String errorMessage() {
    return values.get(UpstreamOAuthFields.ERROR_MESSAGE);
  }

  public String errorTemplate() {
    return values.get(UpstreamOAuthFields.ERROR_TEMPLATE);
  }

  public List<Integer> purgeStatuses() {
    return values.find(UpstreamOAuthFields.PURGE_STATUSES).orElse(List.of());
  }

  public boolean retryOnPurge() {
    return values.get(UpstreamOAuthFields.RETRY_ON_PURGE);
  }

  private Duration seconds(Field<Double> field) {
    return Duration.ofNanos(Math.round(values.get(field) * 1e9));
  }

  /** Names the issuer only: the rest may be secret. */
  @Override
  public String toString() {
    return "UpstreamOAuthConfig[" + requests.issuer() + "]";
  }
}
