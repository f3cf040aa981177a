package io.oidcgrant.proxy.server;

import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpScheme;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Gives requests of HTTP/2 the form of those of HTTP/1.1, and refuses those that have none (RFC
 * 9113 section 8). The scheme of all is that of their connection. Safe for concurrent use.
 */
final class RequestForm extends Handler.Wrapper {
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._~-]+)(:\\d{1,5})?");
  private static final Pattern METHOD = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");

  /** Of HTTP/1.1 alone; {@code Connection} itself the decoder refuses. */
  private static final List<String> CONNECTION_SPECIFIC =
      List.of("keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

  private static final int OVERHEAD = 32;

  private final int headerBytes;

  RequestForm(Handler handler, int headerBytes) {
    super(handler);
    this.headerBytes = headerBytes;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Request formed = request;
    Response answer = response;
    HttpURI uri = request.getHttpURI();
    if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2) {
      int refusal = refusal(request);
      Http2Body whole = refusal == 0 ? formed(request) : null;
      if (whole == null || whole.isMissing()) {
        Response.writeError(request, response, callback, refusal == 0 ? 400 : refusal);
        return true;
      }
      request.addHttpStreamWrapper(Unread::new);
      formed = whole;
      answer = new Http2Answer(formed, response);
    }
    boolean secure = request.getConnectionMetaData().isSecure();
    String scheme = (secure ? HttpScheme.HTTPS : HttpScheme.HTTP).asString();
    if (!scheme.equals(uri.getScheme())) {
      HttpURI own = HttpURI.build(formed.getHttpURI()).scheme(scheme).asImmutable();
      formed = new Request.Wrapper(formed) {
        @Override
        public HttpURI getHttpURI() {
          return own;
        }

        @Override
        public boolean isSecure() {
          return secure;
        }
      };
    }
    return super.handle(formed, answer, callback);
  }

  /** The status that refuses; 0 where nothing is wrong. */
  private int refusal(Request request) {
    HttpFields fields = request.getHeaders();
    HttpURI uri = request.getHttpURI();
    long size = 0;
    for (HttpField field : fields) {
      size += field.getName().length() + OVERHEAD;
      size += field.getValue() == null ? 0 : field.getValue().length();
    }
    if (size + uri.toString().length() > headerBytes) {
      return 431;
    }
    boolean right = METHOD.matcher(request.getMethod()).matches()
        && (upgraded(fields) || CONNECTION_SPECIFIC.stream().noneMatch(fields::contains))
        && (!fields.contains(HttpHeader.CONNECTION) || upgraded(fields))
        && lengthIsOne(fields.getValuesList(HttpHeader.CONTENT_LENGTH))
        && authorityIsOne(fields.getValuesList(HttpHeader.HOST), uri);
    return right ? 0 : 400;
  }

  /** The first request of a connection that began with HTTP/1.1: only there is this header. */
  private static boolean upgraded(HttpFields fields) {
    return fields.contains(HttpHeader.CONNECTION, "upgrade");
  }

  private static boolean lengthIsOne(List<String> lengths) {
    return lengths.isEmpty()
        || (lengths.size() == 1 && LENGTH.matcher(lengths.get(0)).matches());
  }

  private static boolean authorityIsOne(List<String> hosts, HttpURI uri) {
    String authority = uri.getAuthority();
    String one = authority == null && hosts.size() == 1 ? hosts.get(0) : authority;
    return one != null
        && AUTHORITY.matcher(one).matches()
        && hosts.size() <= 1
        && hosts.stream().allMatch(one::equalsIgnoreCase);
  }

  /** With {@code Host}, and with its cookies in one field (RFC 9113, 8.2.3). */
  private static Http2Body formed(Request request) {
    HttpFields.Mutable fields = HttpFields.build(request.getHeaders());
    HttpURI uri = request.getHttpURI();
    HttpURI whole = uri.getAuthority() != null
        ? uri
        : HttpURI.build(uri).authority(fields.get(HttpHeader.HOST)).asImmutable();
    fields.put(HttpHeader.HOST, whole.getAuthority());
    List<String> cookies = fields.getValuesList(HttpHeader.COOKIE);
    if (cookies.size() > 1) {
      fields.put(HttpHeader.COOKIE, String.join("; ", cookies));
    }
    HttpFields own = fields.asImmutable();
    return new Http2Body(request) {
      @Override
      public HttpFields getHeaders() {
        return own;
      }

      @Override
      public HttpURI getHttpURI() {
        return whole;
      }
    };
  }

  /** Says that the rest of a body is not wanted without taking the answer back (RFC 9113, 8.1). */
  private static final class Unread extends HttpStream.Wrapper {
    Unread(HttpStream stream) {
      super(stream);
    }

    @Override
    public void failed(Throwable failure) {
      boolean unread = failure.getCause() == HttpStream.CONTENT_NOT_CONSUMED;
      super.failed(unread ? HttpStream.CONTENT_NOT_CONSUMED : failure);
    }
  }
}
