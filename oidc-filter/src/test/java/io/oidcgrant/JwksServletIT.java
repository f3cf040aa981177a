package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.oidcgrant.clientauth.ClientKeys;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.RawHttp.Answer;
import jakarta.servlet.ServletException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client's public keys, published by a web application. */
class JwksServletIT {
  @TempDir
  Path folder;

  private static Server start(ServletHolder holder) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler("/");
    holder.setInitOrder(1);
    context.addServlet(holder, "/jwks");
    server.setHandler(context);
    server.start();
    return server;
  }

  private static RawHttp http(Server server) {
    return new RawHttp(((ServerConnector) server.getConnectors()[0]).getLocalPort());
  }

  @Test
  void publicKeys_arePublished_alsoThePreviousOnes() throws Exception {
    ClientKeys keys = ClientKeys.inMemory();
    String first = keys.current(JWSAlgorithm.ES256).key().getKeyID();
    keys.current(JWSAlgorithm.EdDSA);
    Server server = start(new ServletHolder(new JwksServlet(keys)));
    try {
      keys.rotate();

      Answer answer = http(server).get("/jwks");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("content-type")).startsWith("application/jwk-set+json");
      JWKSet set = JWKSet.parse(answer.body());
      assertThat(set.getKeys()).hasSize(4).noneMatch(JWK::isPrivate);
      assertThat(set.getKeyByKeyId(first)).isNotNull();
      assertThat(answer.body()).doesNotContain("\"d\"");
      Answer refused = http(server).send("DELETE", "/jwks", new byte[0]);
      assertThat(refused.status()).isEqualTo(405);
      assertThat(refused.header("allow")).isEqualTo("GET, HEAD");
    } finally {
      server.stop();
    }
  }

  @Test
  void fileOfAnInitParam_isTheOneThatTheFilterSignsWith() throws Exception {
    Path file = folder.resolve("keys.json");
    String id = ClientKeys.at(file).current(JWSAlgorithm.ES256).key().getKeyID();
    ServletHolder holder = new ServletHolder(JwksServlet.class);
    holder.setInitParameter("client_keys_file", file.toString());
    Server server = start(holder);
    try {
      assertThat(JWKSet.parse(http(server).get("/jwks").body()).getKeyByKeyId(id))
          .isNotNull();
    } finally {
      server.stop();
    }
  }

  @Test
  void missingOrBadFile_isRefusedAtStart() throws Exception {
    assertThatThrownBy(() -> start(new ServletHolder(JwksServlet.class)))
        .isInstanceOf(ServletException.class)
        .hasMessageContaining("client_keys_file");
    Path bad = Files.writeString(folder.resolve("bad.json"), "not keys");
    ServletHolder holder = new ServletHolder(JwksServlet.class);
    holder.setInitParameter("client_keys_file", bad.toString());
    assertThatThrownBy(() -> start(holder)).hasStackTraceContaining(bad.toString());
  }
}
