package io.oidcgrant;

import io.oidcgrant.credential.Finding;
import io.oidcgrant.flow.Caller;
import io.oidcgrant.flow.Wanted;
import io.oidcgrant.observe.GrantObserver.Lookup;
import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.protocol.Failure;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a filter decided about one request, for logs: nothing of the credential is in it. Its text
 * is one line. Immutable.
 */
public final class Decision {
  /** Request attribute that holds what {@link OidcGrantFilter} decided. */
  public static final String ATTRIBUTE = "io.oidcgrant.decision";

  /** Request attribute that holds what {@link UpstreamOAuthFilter} decided. */
  public static final String SERVICE_TOKEN = "io.oidcgrant.decision.service_token";

  /** The request goes on, with tokens. */
  public static final String GRANTED = "granted";

  /** It goes on without tokens, as the consumer {@code anonymous}. */
  public static final String ANONYMOUS = "anonymous";

  /** It goes on without a look at it ({@code run_on_preflight: false}). */
  public static final String PREFLIGHT = "preflight";

  /** It asked for the metadata of the resource, and got them. */
  public static final String METADATA = "metadata";

  private final String method;
  private final String location;
  private final @Nullable Lookup lookup;
  private final String reason;
  private final String detail;
  private final Optional<Consumer> consumer;

  private Decision(
      String method,
      String location,
      @Nullable Wanted wanted,
      String reason,
      String detail,
      Optional<Consumer> consumer) {
    this.method = method;
    this.location = location;
    this.lookup = wanted == null ? null : wanted.lookup();
    this.reason = reason;
    this.detail = detail;
    this.consumer = consumer;
  }

  static Decision granted(Finding.Found found, Wanted wanted, Caller caller) {
    return new Decision(
        found.credential().method(), found.place().code(), wanted, GRANTED, "", caller.consumer());
  }

  static Decision passed(String reason, Optional<Consumer> consumer) {
    return new Decision("", "", null, reason, "", consumer);
  }

  static Decision refused(@Nullable Finding finding, @Nullable Wanted wanted, Failure failure) {
    Finding.Found found = finding instanceof Finding.Found known ? known : null;
    return new Decision(
        found == null ? "" : found.credential().method(),
        found == null ? "" : found.place().code(),
        wanted,
        failure.kind().code(),
        words(failure, wanted),
        Optional.empty());
  }

  /** Its words, unless the issuer has put the credential into them, which it should not. */
  private static String words(Failure failure, @Nullable Wanted wanted) {
    return wanted != null && wanted.isRepeatedBy(failure.detail()) ? "" : failure.detail();
  }

  /**
   * About a token of our own.
   *
   * @param failure null where there is one
   */
  static Decision ofServiceToken(
      String grantType, @Nullable Wanted wanted, @Nullable Failure failure) {
    return new Decision(
        grantType,
        "",
        wanted,
        failure == null ? GRANTED : failure.kind().code(),
        failure == null ? "" : words(failure, wanted),
        Optional.empty());
  }

  /**
   * The method of the credential, or the grant type of our own token; empty where none was found.
   */
  public String method() {
    return method;
  }

  /** {@code header}, {@code query}, {@code form}, {@code json}, {@code cookie} or empty. */
  public String location() {
    return location;
  }

  /** The code of a {@link Lookup}, or empty where no tokens were looked for. */
  public String cache() {
    return lookup == null ? "" : lookup.code();
  }

  /** One of the constants above, or the code of a {@link Failure.Kind}. */
  public String reason() {
    return reason;
  }

  /** Why it was refused, in words; empty where it was not. */
  public String detail() {
    return detail;
  }

  /** As whom the request goes on, where that is a consumer. */
  public Optional<Consumer> consumer() {
    return consumer;
  }

  @Override
  public String toString() {
    StringBuilder line = new StringBuilder("reason=").append(reason);
    append(line, " method=", method);
    append(line, " location=", location);
    append(line, " cache=", cache());
    return line.toString();
  }

  private static void append(StringBuilder line, String name, String value) {
    if (!value.isEmpty()) {
      line.append(name).append(value);
    }
  }
}
