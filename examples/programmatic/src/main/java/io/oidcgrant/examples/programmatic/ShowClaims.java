package io.oidcgrant.examples.programmatic;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Base64;

/** Answers with the claims of the access token, which the filter has verified. */
public final class ShowClaims extends HttpServlet {
  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String authorization = request.getHeader("Authorization");
    // The claims' JSON is the part of a JWT between its dots (RFC 7515 section 7.1).
    String payload =
        authorization.substring(authorization.indexOf('.') + 1, authorization.lastIndexOf('.'));
    response.setContentType("application/json;charset=utf-8");
    response.getWriter().write(new String(Base64.getUrlDecoder().decode(payload), UTF_8));
  }
}
