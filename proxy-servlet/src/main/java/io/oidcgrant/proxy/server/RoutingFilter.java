package io.oidcgrant.proxy.server;

import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.answer.ErrorAnswer;
import io.oidcgrant.proxy.route.CanonicalPath;
import io.oidcgrant.proxy.route.Match;
import io.oidcgrant.proxy.route.Outcome;
import io.oidcgrant.proxy.route.Refusal;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/** Chooses the route, once per request, or answers where there is none. Safe for concurrent use. */
final class RoutingFilter extends HttpFilter {
  private final transient Supplier<Engine> engine;
  private final transient TrustedPeers trusted;

  RoutingFilter(Supplier<Engine> engine, TrustedPeers trusted) {
    this.engine = engine;
    this.trusted = trusted;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String method = request.getMethod();
    if (method.equals("TRACE") || method.equals("CONNECT")) {
      // What follows a refused CONNECT may be meant for the tunnel.
      response.setHeader("Connection", "close");
      ErrorAnswer.of(405).write(response);
      return;
    }
    String coding = request.getHeader("Transfer-Encoding");
    if (coding != null && !coding.equalsIgnoreCase("chunked")) {
      // Another coding would be lost on the way, and the upstream take its bytes for the body.
      response.setHeader("Connection", "close");
      ErrorAnswer.of(501).write(response);
      return;
    }
    if (coding != null && request.getProtocol().equals("HTTP/1.0")) {
      // Which has no such framing (RFC 9112 section 6.1): a proxy in front may have seen no body.
      response.setHeader("Connection", "close");
      ErrorAnswer.of(400).write(response);
      return;
    }
    Optional<CanonicalPath> path = CanonicalPath.of(request.getRequestURI());
    if (path.isEmpty() || !visible(request.getQueryString())) {
      ErrorAnswer.of(400).write(response);
      return;
    }
    Outcome outcome = engine.get().route(request, new ServletFacts(request, path.get(), trusted));
    if (outcome instanceof Refusal refusal) {
      refusal.headers().forEach(response::setHeader);
      refusal.answer().write(response);
      return;
    }
    request.setAttribute(Match.ATTRIBUTE, outcome);
    chain.doFilter(request, response);
  }

  /** Other characters would not reach the upstream as they were sent. */
  private static boolean visible(String query) {
    return query == null || query.chars().allMatch(c -> c > ' ' && c < 0x7F);
  }
}
