package io.oidcgrant.proxy.server;

import io.oidcgrant.protocol.TrustedPeers;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.NanoTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of each request that is over in one line: by whom it came, what was decided and what came
 * of it. No query, no header, nothing of a credential and not whose it was.
 *
 * @param admin whose requests are not told
 * @param trusted peers that know the caller's address better
 * @param lines where they go
 */
public record AccessLog(
    Form form, Optional<? extends Connector> admin, TrustedPeers trusted, Consumer<String> lines)
    implements RequestLog {
  /** How a line is written. */
  public enum Form {
    PLAIN,
    JSON
  }

  private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
          "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
      .withZone(ZoneId.systemDefault());

  /** With a port, too, as some proxies write it. */
  private static final Pattern ADDRESS = Pattern.compile("[0-9A-Fa-f.:\\[\\]]{2,64}");

  @Override
  public void log(Request request, Response response) {
    if (admin.isPresent() && admin.get() == request.getConnectionMetaData().getConnector()) {
      return;
    }
    Verdict verdict = Verdict.of(request, response.getStatus());
    long time = Request.getTimeStamp(request);
    LogLine line = form == Form.JSON
        ? LogLine.json(time)
        : LogLine.plain(TIME.format(Instant.ofEpochMilli(time)) + " INFO  access");
    line.text("address", address(request));
    String path = request.getHttpURI().getPath();
    // The container's stand-in for what it could not read has nothing of a caller.
    if (!(request.getMethod().equals("BAD") && "/badMessage".equals(path))) {
      line.text("method", request.getMethod());
      line.text("path", path == null ? "" : path);
      line.text("protocol", request.getConnectionMetaData().getHttpVersion().asString());
    }
    line.number("status", verdict.status());
    line.number("bytes", Response.getContentBytesWritten(response));
    line.number(
        "duration_ms", TimeUnit.NANOSECONDS.toMillis(NanoTime.since(request.getHeadersNanoTime())));
    line.number("upstream_ms", verdict.upstreamMillis());
    line.text("route", verdict.route());
    line.text("service", verdict.service());
    line.text("plugin", verdict.plugin());
    line.text("auth_method", verdict.method());
    line.text("location", verdict.location());
    line.text("cache", verdict.cache());
    line.text("service_token", verdict.serviceToken());
    line.text("reason", verdict.reason());
    line.text("consumer", verdict.consumer());
    line.text("request_id", verdict.requestId());
    lines.accept(line.end());
  }

  /** To the logger {@code access}. */
  static LineQueue queue() {
    return new LineQueue(
        LoggerFactory.getLogger("access")::info,
        lost -> LOG.warn("{} lines of the access log are lost: the log is read too slowly", lost));
  }

  private String address(Request request) {
    return address(Request.getRemoteAddr(request), request.getHeaders(), trusted);
  }

  /** The last one that a believed peer has seen and that is none itself. */
  static String address(String peer, HttpFields headers, TrustedPeers trusted) {
    String address = TrustedPeers.unbracketed(peer);
    if (!trusted.contains(address)) {
      return address;
    }
    String[] before = String.join(",", headers.getValuesList("X-Forwarded-For")).split(",", -1);
    for (int i = before.length - 1; i >= 0 && trusted.contains(withoutPort(address)); i--) {
      String next = before[i].strip();
      if (!ADDRESS.matcher(next).matches()) {
        break;
      }
      address = next;
    }
    return address;
  }

  private static String withoutPort(String address) {
    int last = address.lastIndexOf(':');
    boolean port = last > 0 && (address.indexOf(':') == last || address.charAt(last - 1) == ']');
    return port ? address.substring(0, last) : address;
  }
}
