package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.admin.AdminToken;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;

/**
 * Tells what was decided about a request to whoever has the admin token; to others nothing, not
 * even that it could. Safe for concurrent use.
 */
record Explanations(Optional<AdminToken> token) {
  private static final String ASKED = "X-Oidc-Explain";
  private static final String TOLD = "X-Oidc-Explanation";

  boolean areAskedBy(Request request) {
    if (token.isEmpty() || !request.getHeaders().contains(ASKED)) {
      return false;
    }
    List<String> presented = request.getHeaders().getValuesList(ASKED);
    return presented.size() == 1 && token.get().is(presented.get(0));
  }

  /** In place of any that an upstream has written. */
  static void write(Request request, int status, HttpFields.Mutable answer) {
    answer.put(TOLD, Verdict.of(request, status).explanation());
    // Whoever keeps the answer gives it to nobody who has not asked in these words.
    answer.add("Vary", ASKED);
  }
}
