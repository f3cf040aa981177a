package io.oidcgrant.flow;

import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import io.oidcgrant.issuer.IssuerMetadata;
import java.util.Map;

/**
 * Tokens as they came, not verified.
 *
 * @param clientId who asked for them
 * @param replayedHeaders for the caller
 */
record TokenAnswer(
    AccessTokenResponse response,
    IssuerMetadata issuer,
    String clientId,
    Map<String, String> replayedHeaders) {}
