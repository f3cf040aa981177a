package io.oidcgrant.config;

import java.util.List;
import java.util.Map;

/**
 * What a call of an endpoint carries beside its own.
 *
 * @param headers names and values
 * @param headersClient the caller's headers that are copied
 * @param parameters names and values
 * @param parametersClient the caller's parameters that are copied
 * @param parametersClientHeaders the caller's headers that become parameters
 */
public record CallExtras(
    Map<String, String> headers,
    List<String> headersClient,
    Map<String, String> parameters,
    List<String> parametersClient,
    List<String> parametersClientHeaders) {
  /** Without the values, which may be secret. */
  @Override
  public String toString() {
    return "CallExtras[" + headers.keySet() + ", " + parameters.keySet() + "]";
  }
}
