package io.oidcgrant.proxy.route;

/** How a caller may come to a route. */
public enum Protocol {
  HTTP,
  HTTPS,
  GRPC,
  GRPCS
}
