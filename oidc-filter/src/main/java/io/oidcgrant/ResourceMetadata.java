package io.oidcgrant;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.config.OidcGrantConfig;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a protected resource tells of itself to everybody (RFC 9728 section 2). Immutable, safe for
 * concurrent use.
 */
final class ResourceMetadata {
  private final String path;
  private final byte[] document;

  private ResourceMetadata(URI address, byte[] document) {
    this.path = address.getRawPath();
    this.document = document;
  }

  /** Empty where the configuration names no {@code protected_resource}. */
  static Optional<ResourceMetadata> of(OidcGrantConfig config) {
    return config
        .resourceMetadata()
        .map(address -> new ResourceMetadata(
            address,
            JSONObjectUtils.toJSONString(members(config)).getBytes(StandardCharsets.UTF_8)));
  }

  private static Map<String, Object> members(OidcGrantConfig config) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("resource", config.protectedResource().orElseThrow().toString());
    members.put("authorization_servers", config.acceptedIssuers(config.issuer()));
    List<String> scopes = config.scopesRequired().stream()
        .flatMap(item -> Arrays.stream(item.strip().split("\\s+")))
        .distinct()
        .toList();
    if (!scopes.isEmpty()) {
      members.put("scopes_supported", scopes);
    }
    List<String> places = new ArrayList<>(config.bearerTokenParamType());
    places.remove("cookie");
    if (config.takesTokens() && !places.isEmpty()) {
      members.put("bearer_methods_supported", places);
    }
    if (!config.proofOfPossessionDpop().equals("off")) {
      members.put("dpop_signing_alg_values_supported", ErrorResponse.DPOP_ALGORITHMS);
    }
    if (config.proofOfPossessionDpop().equals("strict")) {
      members.put("dpop_bound_access_tokens_required", true);
    }
    if (config.proofOfPossessionMtls().equals("strict")) {
      members.put("tls_client_certificate_bound_access_tokens", true);
    }
    return members;
  }

  /** Whether a request asks for it: to the letter, nothing else is told here. */
  boolean isAskedBy(HttpServletRequest request) {
    return request.getRequestURI().equals(path);
  }

  void write(HttpServletRequest request, HttpServletResponse response) throws IOException {
    boolean head = request.getMethod().equals("HEAD");
    if (!head && !request.getMethod().equals("GET")) {
      response.setHeader("Allow", "GET, HEAD");
      response.setStatus(405);
      response.setContentLength(0);
      return;
    }
    response.setHeader("Cache-Control", "public, max-age=300");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setContentType("application/json");
    response.setContentLength(document.length);
    if (!head) {
      response.getOutputStream().write(document);
    }
  }
}
