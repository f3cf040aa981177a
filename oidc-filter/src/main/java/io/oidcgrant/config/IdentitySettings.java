package io.oidcgrant.config;

import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.protocol.Consumers;
import java.util.List;
import java.util.Optional;

/**
 * Who the caller is.
 *
 * @param nameClaim path to the claim that names him
 * @param groupsClaim path to the groups that are told; empty for none
 * @param consumerClaims paths to claims that name a consumer; empty where callers are none
 * @param consumerBy properties by which one is looked for, in this order
 * @param ignoreCase of user names
 * @param consumerOptional whether a caller that is none passes
 * @param anonymous the consumer that a caller without a credential is
 * @param consumers all there are
 */
public record IdentitySettings(
    List<String> nameClaim,
    List<String> groupsClaim,
    List<List<String>> consumerClaims,
    List<String> consumerBy,
    boolean ignoreCase,
    boolean consumerOptional,
    Optional<Consumer> anonymous,
    Consumers consumers) {}
