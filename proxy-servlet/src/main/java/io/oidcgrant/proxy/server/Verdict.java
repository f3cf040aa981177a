package io.oidcgrant.proxy.server;

import io.oidcgrant.Decision;
import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.proxy.answer.Reason;
import io.oidcgrant.proxy.answer.RequestId;
import io.oidcgrant.proxy.relay.Relayed;
import io.oidcgrant.proxy.route.Match;
import io.oidcgrant.proxy.route.Route;
import java.util.Set;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * What became of one request, in the words of the log. Every text but the detail is of this proxy
 * or its configuration; empty where there is nothing to say.
 *
 * @param status what the caller got
 * @param method of the credential
 * @param serviceToken what a look for a token of our own came to
 * @param upstreamMillis until the upstream's answer began; -1 for never
 * @param detail of a refusal, in words
 */
record Verdict(
    int status,
    String route,
    String service,
    String plugin,
    String location,
    String method,
    String cache,
    String serviceToken,
    String reason,
    String consumer,
    long upstreamMillis,
    String requestId,
    String detail) {
  private static final Set<String> PASSED =
      Set.of(Decision.GRANTED, Decision.ANONYMOUS, Decision.PREFLIGHT);

  /** Failures of an exchange that are the caller's: their status is their own. */
  private static final Set<String> CALLERS = Set.of("no_credential", "rejected");

  static Verdict of(Request request, int status) {
    Route route =
        request.getAttribute(Match.ATTRIBUTE) instanceof Match match ? match.route() : null;
    Decision decision = decision(request, Decision.ATTRIBUTE);
    Decision token = decision(request, Decision.SERVICE_TOKEN);
    Relayed relayed = Relayed.of(request);
    String reason = reason(relayed, decision, token, status);
    return new Verdict(
        reason.equals(Reason.CALLER_GONE.code()) ? Reason.CALLER_GONE.status() : status,
        route == null ? "" : route.name(),
        route == null ? "" : route.service().name(),
        route == null ? "" : plugins(route),
        decision == null ? "" : decision.location(),
        decision == null ? "" : decision.method(),
        decision == null ? "" : decision.cache(),
        token == null ? "" : refused(token) ? token.reason() : token.cache(),
        reason,
        decision == null ? "" : decision.consumer().map(Verdict::name).orElse(""),
        relayed == null ? -1 : relayed.upstreamMillis(),
        RequestId.of(request),
        token != null && refused(token)
            ? token.detail()
            : decision == null ? "" : decision.detail());
  }

  private static @Nullable Decision decision(Request request, String attribute) {
    return request.getAttribute(attribute) instanceof Decision decision ? decision : null;
  }

  private static String plugins(Route route) {
    String grant = route.grant().isPresent() ? "openid-connect" : "";
    if (route.serviceToken().isEmpty()) {
      return grant;
    }
    return grant.isEmpty() ? "upstream-oauth" : grant + ",upstream-oauth";
  }

  private static String name(Consumer consumer) {
    return consumer.username().or(consumer::customId).orElse(consumer.id());
  }

  private static boolean refused(Decision decision) {
    return !PASSED.contains(decision.reason()) && !decision.reason().equals(Decision.METADATA);
  }

  private static String reason(
      @Nullable Relayed relayed,
      @Nullable Decision decision,
      @Nullable Decision token,
      int status) {
    Reason trouble = relayed == null ? null : relayed.trouble();
    if (trouble != null) {
      return trouble.code();
    }
    if (token != null && refused(token)) {
      return token.method().equals("token_exchange") && CALLERS.contains(token.reason())
          ? token.reason()
          : Reason.NO_SERVICE_TOKEN.code();
    }
    if (decision != null && refused(decision)) {
      return decision.reason();
    }
    if (relayed != null) {
      return decision == null ? Reason.RELAYED.code() : decision.reason();
    }
    return decision != null && decision.reason().equals(Decision.METADATA) && status == 200
        ? Decision.METADATA
        : Reason.ofStatus(status).code();
  }

  /** One line of visible ASCII. */
  String explanation() {
    LogLine line = LogLine.explanation();
    line.text("route", route);
    line.text("service", service);
    line.text("plugin", plugin.isEmpty() ? "none" : plugin);
    line.text("location", location);
    line.text("method", method);
    line.text("cache", cache);
    line.text("service_token", serviceToken);
    line.text("reason", reason);
    line.text("detail", detail);
    line.text("consumer", consumer);
    line.text("request_id", requestId);
    return line.end();
  }
}
