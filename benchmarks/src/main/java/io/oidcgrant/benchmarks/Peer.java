package io.oidcgrant.benchmarks;

import java.net.URI;
import java.nio.ByteBuffer;
import org.eclipse.jetty.ee10.proxy.AsyncProxyServlet;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/**
 * What the relay is measured against, each a process of its own: {@code upstream PORT} answers with
 * 1 kB, {@code stock PORT URL} is Jetty's {@code AsyncProxyServlet} as it comes.
 */
public final class Peer {
  private Peer() {}

  public static void main(String[] arguments) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(arguments[1]));
    server.addConnector(connector);
    server.setHandler(arguments[0].equals("upstream") ? upstream() : stock(arguments[2]));
    server.start();
    server.join();
  }

  private static Handler upstream() {
    byte[] body = new byte[1024];
    return new Handler.Abstract.NonBlocking() {
      @Override
      public boolean handle(Request request, Response response, Callback callback) {
        response.getHeaders().put("Content-Length", body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
      }
    };
  }

  private static Handler stock(String url) {
    ServletContextHandler context = new ServletContextHandler("/");
    ServletHolder relay = new ServletHolder(new AsyncProxyServlet.Transparent());
    relay.setInitParameter("proxyTo", URI.create(url).toString());
    relay.setAsyncSupported(true);
    context.addServlet(relay, "/*");
    return context;
  }
}
