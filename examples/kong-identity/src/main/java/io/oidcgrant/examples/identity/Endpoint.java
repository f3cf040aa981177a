package io.oidcgrant.examples.identity;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the stand-in answers, and where faults can be. */
public enum Endpoint {
  /** Everything below {@code /v1}. */
  ADMIN("GET, POST, DELETE"),
  DISCOVERY("GET"),
  JWKS("GET"),
  TOKEN("POST"),
  INTROSPECT("POST"),
  REVOKE("POST"),
  USERINFO("GET, POST");

  private final String methods;

  Endpoint(String methods) {
    this.methods = methods;
  }

  /** An endpoint and the identifier of its authorization server; the latter is empty for ADMIN. */
  record Place(Endpoint endpoint, String serverId) {}

  /** Its name in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The methods it has, as in {@code Allow}. */
  String methods() {
    return methods;
  }

  boolean allows(String method) {
    return List.of(methods.split(", ")).contains(method);
  }

  /** What is at this path. */
  static Optional<Place> at(List<String> path) {
    if (path.size() >= 2 && path.get(0).equals("v1") && path.get(1).equals("auth-servers")) {
      return Optional.of(new Place(ADMIN, ""));
    }
    if (path.size() == 4 && path.get(0).equals(".well-known") && path.get(3).equals("auth")) {
      return below(".well-known/" + path.get(1)).map(found -> new Place(found, path.get(2)));
    }
    if (path.size() >= 3 && path.get(1).equals("auth")) {
      return below(String.join("/", path.subList(2, path.size())))
          .map(found -> new Place(found, path.get(0)));
    }
    return Optional.empty();
  }

  private static Optional<Endpoint> below(String path) {
    return switch (path) {
      case ".well-known/openid-configuration", ".well-known/oauth-authorization-server" ->
        Optional.of(DISCOVERY);
      case ".well-known/jwks" -> Optional.of(JWKS);
      case "oauth/token" -> Optional.of(TOKEN);
      case "introspect" -> Optional.of(INTROSPECT);
      case "revoke" -> Optional.of(REVOKE);
      case "userinfo" -> Optional.of(USERINFO);
      default -> Optional.empty();
    };
  }
}
