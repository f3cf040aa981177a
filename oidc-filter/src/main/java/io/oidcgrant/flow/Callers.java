package io.oidcgrant.flow;

import io.oidcgrant.authorize.ConsumerMapping;
import io.oidcgrant.config.HeaderSetting;
import io.oidcgrant.config.IdentitySettings;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.propagate.Propagation;
import io.oidcgrant.protocol.ClaimPath;
import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Tokens;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says of tokens who the caller is, as one configuration has it. Safe for concurrent use. */
final class Callers {
  /** Characters; longer answers' heads no container writes. */
  private static final int MAX_TOLD = 112 * 1024;

  private final IdentitySettings settings;
  private final Propagation propagation;
  private final ConsumerMapping consumers;
  private final ClaimPath name;
  private final ClaimPath groups;
  private final ClaimPath roles;
  private final Optional<Caller> anonymous;

  /** What was made of tokens: a caller, or why he is none. */
  private record Verdict(@Nullable Caller caller, @Nullable Failure refusal) {}

  Callers(OidcGrantConfig config) {
    this.settings = config.identity();
    this.propagation = propagation(config);
    this.consumers = new ConsumerMapping(
        settings.consumerClaims(),
        settings.consumerBy(),
        settings.ignoreCase(),
        settings.consumers());
    this.name = new ClaimPath(settings.nameClaim());
    this.groups = new ClaimPath(settings.groupsClaim());
    this.roles = new ClaimPath(config.rolesClaim());
    this.anonymous = settings
        .anonymous()
        .map(consumer -> new Caller(
            "",
            Set.of(),
            Optional.of(consumer),
            Optional.empty(),
            Propagation.anonymous(consumer),
            List.of()));
  }

  private static Propagation propagation(OidcGrantConfig config) {
    Propagation.Builder builder = new Propagation.Builder().identifying();
    for (HeaderSetting header : config.upstreamHeaders()) {
      builder.upstream(header.header(), header.part(), header.path());
    }
    for (HeaderSetting header : config.downstreamHeaders()) {
      builder.downstream(header.header(), header.part(), header.path());
    }
    if (config.upstreamDpop()) {
      builder.withProofs();
    }
    return builder.build();
  }

  Propagation propagation() {
    return propagation;
  }

  /** One without a credential; empty where such are not let pass. */
  Optional<Caller> anonymous() {
    return anonymous;
  }

  /**
   * The caller with these tokens; made once while they are remembered.
   *
   * @throws io.oidcgrant.protocol.GrantException if he must be a consumer and is none
   */
  Caller of(Tokens tokens) {
    Verdict verdict = tokens.derived(this, this::judge);
    if (verdict.caller() == null) {
      Failure refusal = verdict.refusal();
      throw (refusal == null ? Failure.of(Kind.INTERNAL, "no verdict") : refusal).toException();
    }
    return verdict.caller();
  }

  private Verdict judge(Tokens tokens) {
    Optional<Consumer> consumer = consumers.find(tokens);
    if (consumers.isOn() && consumer.isEmpty() && !settings.consumerOptional()) {
      return new Verdict(null, Failure.of(Kind.FORBIDDEN, "the token names no consumer"));
    }
    List<Map<String, Object>> claims = tokens.everything();
    Object named = name.in(claims);
    List<String> upstream = new ArrayList<>(propagation.upstream(tokens));
    upstream.addAll(Propagation.identity(
        consumer.orElse(null),
        named,
        settings.groupsClaim().isEmpty() ? List.of() : ClaimPath.words(groups.in(claims))));
    List<String> downstream = new ArrayList<>(propagation.downstream(tokens));
    tokens.replayedHeaders().forEach((header, value) -> {
      downstream.add(header);
      downstream.add(value);
    });
    if (downstream.stream().mapToInt(String::length).sum() > MAX_TOLD) {
      return new Verdict(
          null, Failure.of(Kind.ANSWER_UNUSABLE, "what the caller is to be told is too long"));
    }
    return new Verdict(
        new Caller(
            named == null ? "" : named.toString(),
            texts(ClaimPath.words(roles.in(claims))),
            consumer,
            Optional.of(tokens),
            List.copyOf(upstream),
            List.copyOf(downstream)),
        null);
  }

  private static Set<String> texts(Collection<?> items) {
    return items.stream()
        .filter(item -> item != null && !item.toString().isEmpty())
        .map(Object::toString)
        .collect(Collectors.toUnmodifiableSet());
  }
}
