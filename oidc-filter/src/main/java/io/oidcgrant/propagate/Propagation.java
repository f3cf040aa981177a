package io.oidcgrant.propagate;

import io.oidcgrant.credential.HeaderNames;
import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.protocol.TokenPart;
import io.oidcgrant.protocol.Tokens;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which headers tell of the tokens and of the caller, upstream and downstream. Immutable, safe for
 * concurrent use.
 */
public final class Propagation {
  /** The name of a proof's header (RFC 9449 section 4.1). */
  public static final String PROOF = "DPoP";

  private static final String CONSUMER_ID = "X-Consumer-ID";
  private static final String CONSUMER_USERNAME = "X-Consumer-Username";
  private static final String CONSUMER_CUSTOM_ID = "X-Consumer-Custom-ID";
  private static final String CREDENTIAL = "X-Credential-Identifier";
  private static final String ANONYMOUS = "X-Anonymous-Consumer";
  private static final String GROUPS = "X-Authenticated-Groups";

  /** Upstreams believe them. */
  private static final List<String> IDENTITY = List.of(
      CONSUMER_ID,
      CONSUMER_USERNAME,
      CONSUMER_CUSTOM_ID,
      "X-Consumer-Groups",
      CREDENTIAL,
      ANONYMOUS,
      GROUPS);

  private final List<HeaderRule> upstream;
  private final List<HeaderRule> proven;
  private final List<HeaderRule> downstream;

  /** Names that are ours beside those of the rules. */
  private final List<String> own;

  private Propagation(Builder builder) {
    this.upstream = List.copyOf(builder.upstream);
    this.proven = builder.proofs ? upstream.stream().map(HeaderRule::proven).toList() : List.of();
    this.downstream = List.copyOf(builder.downstream);
    List<String> names = new ArrayList<>(builder.identifies ? IDENTITY : List.of());
    if (builder.proofs || builder.proofless) {
      names.add(PROOF);
    }
    this.own = List.copyOf(names);
  }

  /** Collects the headers. Not thread-safe. */
  public static final class Builder {
    private final List<HeaderRule> upstream = new ArrayList<>();
    private final List<HeaderRule> downstream = new ArrayList<>();
    private boolean identifies;
    private boolean proofs;
    private boolean proofless;

    /**
     * A header for the upstream.
     *
     * @param configured its name; {@code NAME:bearer} puts {@code Bearer} before the value
     * @param path to the claim, where it holds one
     */
    public Builder upstream(String configured, TokenPart part, List<String> path) {
      upstream.add(HeaderRule.parse(configured, part, path));
      return this;
    }

    /** The same for the caller. */
    public Builder downstream(String configured, TokenPart part, List<String> path) {
      downstream.add(HeaderRule.parse(configured, part, path));
      return this;
    }

    /** Tokens that are bound to our key go under the scheme {@code DPoP}. */
    public Builder withProofs() {
      proofs = true;
      return this;
    }

    /** The names that say who the caller is are ours, set or not. */
    public Builder identifying() {
      identifies = true;
      return this;
    }

    /** A proof of the caller's is of no use to the upstream. */
    public Builder withoutProofs() {
      proofless = true;
      return this;
    }

    public Propagation build() {
      return new Propagation(this);
    }
  }

  /** Whether these tokens go to the upstream with a proof. */
  public boolean proves(Tokens tokens) {
    return tokens.boundToOurKey() && !proven.isEmpty();
  }

  /** Whether the caller's own header of this name, folded, must not reach the upstream. */
  public boolean manages(String headerName) {
    for (HeaderRule rule : upstream) {
      if (HeaderNames.same(rule.name(), headerName)) {
        return true;
      }
    }
    for (String name : own) {
      if (HeaderNames.same(name, headerName)) {
        return true;
      }
    }
    return false;
  }

  /** Names and values of tokens and claims for the upstream, one after the other. */
  public List<String> upstream(Tokens tokens) {
    return headers(proves(tokens) ? proven : upstream, tokens);
  }

  /** The same for the caller, less what is replayed. */
  public List<String> downstream(Tokens tokens) {
    return headers(downstream, tokens);
  }

  private static List<String> headers(List<HeaderRule> rules, Tokens tokens) {
    List<String> headers = new ArrayList<>(2 * rules.size());
    for (HeaderRule rule : rules) {
      add(headers, rule.name(), rule.value(tokens));
    }
    return headers;
  }

  /**
   * Names and values that say who the caller is, one after the other.
   *
   * @param credential what names him
   * @param groups that are told
   */
  public static List<String> identity(
      @Nullable Consumer consumer, @Nullable Object credential, Collection<?> groups) {
    List<String> headers = new ArrayList<>();
    if (consumer != null) {
      consumer(headers, consumer);
    }
    add(headers, CREDENTIAL, HeaderValue.of(credential));
    add(headers, GROUPS, HeaderValue.list(groups));
    return headers;
  }

  /** The same for a caller who has no credential. */
  public static List<String> anonymous(Consumer consumer) {
    List<String> headers = new ArrayList<>();
    consumer(headers, consumer);
    add(headers, ANONYMOUS, "true");
    return headers;
  }

  private static void consumer(List<String> headers, Consumer consumer) {
    add(headers, CONSUMER_ID, HeaderValue.of(consumer.id()));
    add(headers, CONSUMER_USERNAME, HeaderValue.of(consumer.username().orElse(null)));
    add(headers, CONSUMER_CUSTOM_ID, HeaderValue.of(consumer.customId().orElse(null)));
  }

  private static void add(List<String> headers, String name, @Nullable String value) {
    if (value != null) {
      headers.add(name);
      headers.add(value);
    }
  }
}
