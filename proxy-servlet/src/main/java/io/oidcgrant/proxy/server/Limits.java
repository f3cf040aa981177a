package io.oidcgrant.proxy.server;

import java.time.Duration;

/**
 * What callers may ask of the proxy's listener.
 *
 * @param headerBytes of the request line and the headers together
 * @param headerCount of a request, and again of its trailers
 * @param connections at one time
 * @param headerTimeout how long a head may take from its first byte, and a TLS handshake; and how
 *     long a body is waited for before its rate counts
 * @param minBodyRate bytes a second, over the time that the proxy waits for the caller; 0 for any
 * @param idleTimeout how long a connection may be silent
 */
public record Limits(
    int headerBytes,
    int headerCount,
    int connections,
    Duration headerTimeout,
    int minBodyRate,
    Duration idleTimeout) {}
