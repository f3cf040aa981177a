package io.oidcgrant.issuer;

/**
 * How it stands with an issuer.
 *
 * @param everDiscovered its metadata have been read at least once
 * @param reachable the last call of it succeeded
 * @param detail why not, in one line; empty if it is reachable
 */
public record IssuerStatus(
    String issuer, boolean everDiscovered, boolean reachable, String detail) {}
