package io.oidcgrant;

import com.nimbusds.jose.jwk.JWKSet;
import io.oidcgrant.clientauth.ClientKeys;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the client's own public keys as a JWK Set (RFC 7517 section 5), for the issuer. It must
 * be mapped where the issuer gets at it without a credential. Safe for concurrent use.
 */
public final class JwksServlet extends HttpServlet {
  private static final String MIME_TYPE = "application/jwk-set+json";
  private static final String METHODS = "GET, HEAD";

  private transient @Nullable ClientKeys keys;

  /** To be configured by the init-param {@code client_keys_file}. */
  public JwksServlet() {}

  public JwksServlet(ClientKeys keys) {
    this.keys = Objects.requireNonNull(keys);
  }

  /**
   * Opens the file, where no keys were given.
   *
   * @throws ServletException naming the problem, if it is not said or cannot be used
   */
  @Override
  public void init() throws ServletException {
    if (keys != null) {
      return;
    }
    try {
      keys = InitParams.clientKeys(getServletConfig()::getInitParameter)
          .orElseThrow(() -> new ServletException("init-param " + InitParams.CLIENT_KEYS_FILE
              + " of servlet " + getServletName() + " is missing: the file of the client's keys"));
    } catch (IllegalArgumentException e) {
      throw new ServletException(e.getMessage(), e);
    }
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    ClientKeys published = keys;
    if (published == null) {
      throw new ServletException("JwksServlet is not initialised");
    }
    response.setHeader("X-Content-Type-Options", "nosniff");
    boolean head = request.getMethod().equals("HEAD");
    if (!head && !request.getMethod().equals("GET")) {
      response.setHeader("Allow", METHODS);
      response.setStatus(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
      return;
    }
    JWKSet set = published.publicKeys();
    byte[] json = set.toString(true).getBytes(StandardCharsets.UTF_8);
    response.setContentType(MIME_TYPE);
    // A new key signs at once: an older copy would make the issuer refuse it.
    response.setHeader("Cache-Control", "no-cache");
    response.setContentLength(json.length);
    if (!head) {
      response.getOutputStream().write(json);
    }
  }
}
