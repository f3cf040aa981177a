package io.oidcgrant.config;

import io.oidcgrant.protocol.TokenPart;
import java.util.List;

/**
 * One header, upstream or downstream.
 *
 * @param header its name as configured
 * @param path to the claim, where it holds one
 */
public record HeaderSetting(String header, TokenPart part, List<String> path) {
  /** A claim by its path. */
  public static HeaderSetting ofClaim(String header, List<String> path) {
    return new HeaderSetting(header, TokenPart.CLAIM, path);
  }
}
