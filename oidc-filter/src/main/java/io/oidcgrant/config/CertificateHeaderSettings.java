package io.oidcgrant.config;

import java.time.Duration;
import java.util.List;

/**
 * How a client certificate is taken from a header ({@code proof_of_possession_mtls_from_header}).
 *
 * @param name of the header
 * @param urlEncoded percent-encoded PEM; else base64 of DER
 * @param anchors certificates in PEM, to one of which the caller's must lead
 * @param trustedPeersOnly only from peers in {@code trusted_ips}
 * @param partialChain a chain may end at an intermediate certificate among the anchors
 * @param cacheLife how long the verdict on a certificate is remembered
 */
public record CertificateHeaderSettings(
    String name,
    boolean urlEncoded,
    List<String> anchors,
    boolean trustedPeersOnly,
    boolean partialChain,
    Duration cacheLife) {}
