package io.oidcgrant.proxy.relay;

import io.oidcgrant.ServiceToken;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.answer.ErrorAnswer;
import io.oidcgrant.proxy.route.Match;
import io.oidcgrant.proxy.route.UpstreamService;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.jetty.client.AsyncRequestContent;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.EarlyHintsProtocolHandler;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.ee10.proxy.AsyncProxyServlet;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.ee10.servlet.ServletContextResponse;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Attributes;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries requests to the upstream of their {@link Match}, without blocking and without holding
 * bodies. What the base class does that a gateway must not is overridden, each for the reason given
 * there. Safe for concurrent use.
 */
public final class GatewayProxyServlet extends AsyncProxyServlet {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayProxyServlet.class);

  /** Set on a request of HTTP/2 that has no body, where no length tells. */
  public static final String EMPTY = GatewayProxyServlet.class.getName() + ".empty";

  private static final String RELAYED = GatewayProxyServlet.class.getName() + ".relayed";
  private static final String CALLER_FAILURE = GatewayProxyServlet.class.getName() + ".failure";

  /** Of the base class: set as soon as the body of an answer has begun. */
  private static final String WRITING = AsyncProxyServlet.class.getName() + ".writeListener";

  private static final int MAX_HEADERS = 128 * 1024;
  private static final int MAX_CONNECTIONS = 8192;
  private static final int BUFFER = 16 * 1024;

  private final transient HeaderPolicy headers;
  private final transient ManagedHeaders managed;
  private final transient SecondAttempt second;
  private final transient ByteBufferPool buffers;
  private final int connectTimeout;

  /**
   * A relay.
   *
   * @param connectTimeout milliseconds, the longest that any service has
   */
  public GatewayProxyServlet(
      TrustedPeers trusted, ManagedHeaders managed, ByteBufferPool buffers, int connectTimeout) {
    this.headers = new HeaderPolicy(trusted, managed);
    this.managed = managed;
    this.second = new SecondAttempt(managed);
    this.buffers = buffers;
    this.connectTimeout = connectTimeout;
  }

  /** The base class logs whole requests at DEBUG: not under a name that can be turned on. */
  @Override
  protected Logger createLogger() {
    return LoggerFactory.getLogger(AsyncProxyServlet.class);
  }

  @Override
  public void init(ServletConfig config) throws ServletException {
    super.init(config);
    // A stream may last: what ends it is a time without a byte, per service.
    setTimeout(0);
  }

  @Override
  protected HttpClient newHttpClient(ClientConnector connector) {
    connector.setByteBufferPool(buffers);
    HttpClient client = new HttpClient(new HttpClientTransportOverHTTP(connector));
    client.setByteBufferPool(buffers);
    client.setConnectTimeout(connectTimeout);
    client.setUserAgentField(null);
    client.setDefaultRequestContentType(null);
    client.setRequestBufferSize(BUFFER);
    client.setResponseBufferSize(BUFFER);
    client.setMaxRequestHeadersSize(MAX_HEADERS);
    client.setMaxResponseHeadersSize(MAX_HEADERS);
    return client;
  }

  @Override
  protected HttpClient createHttpClient() throws ServletException {
    HttpClient client = super.createHttpClient();
    client.setMaxConnectionsPerDestination(MAX_CONNECTIONS);
    client.getProtocolHandlers().clear();
    client.getProtocolHandlers().put(new InterimResponses());
    return client;
  }

  /** Interim answers are swallowed; without a handler the client would wait for ever after one. */
  private static final class InterimResponses extends EarlyHintsProtocolHandler {
    @Override
    public boolean accept(Request request, Response response) {
      return response.getStatus() < 200 && response.getStatus() != 101;
    }
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    if (upgradesToWebSocket(request)) {
      ErrorAnswer.of(501).write(response);
    } else {
      request.setAttribute(RELAYED, true);
      super.service(request, response);
    }
  }

  /** Whether the body of this request goes to an upstream, even when it is answered already. */
  public static boolean reads(Attributes request) {
    return request.getAttribute(RELAYED) != null;
  }

  private static boolean upgradesToWebSocket(HttpServletRequest request) {
    String upgrade = request.getHeader("Upgrade");
    return upgrade != null && upgrade.toLowerCase(Locale.ROOT).contains("websocket");
  }

  /** The base class would parse it as a URI, and throw at what is none. */
  @Override
  protected String rewriteTarget(HttpServletRequest request) {
    String query = request.getQueryString();
    String path = match(request).upstreamPath();
    return query == null ? path : path + "?" + query;
  }

  @Override
  protected Request newProxyRequest(HttpServletRequest request, String target) {
    return new UpstreamRequest(
            getHttpClient(), match(request).route().service(), request.getMethod(), target)
        .attribute(CLIENT_REQUEST_ATTRIBUTE, request);
  }

  private static Match match(HttpServletRequest request) {
    return (Match) request.getAttribute(Match.ATTRIBUTE);
  }

  @Override
  protected void copyRequestHeaders(HttpServletRequest request, Request upstream) {
    upstream.headers(fields -> {
      fields.clear();
      headers.request(request, match(request), fields);
      if (managed.readBody(request) == null
          && (request.getHeader("Transfer-Encoding") != null || bodyWithoutLength(request))) {
        // For some methods the client would send the body with nothing to say that there is one.
        fields.put(HttpHeader.TRANSFER_ENCODING, "chunked");
      }
    });
  }

  /** All headers are in {@link HeaderPolicy}. */
  @Override
  protected void addProxyHeaders(HttpServletRequest request, Request upstream) {}

  @Override
  protected boolean hasContent(HttpServletRequest request) {
    return super.hasContent(request) || bodyWithoutLength(request);
  }

  /** HTTP/2 has no Transfer-Encoding that would tell of a body. */
  static boolean bodyWithoutLength(HttpServletRequest request) {
    return request.getContentLengthLong() < 0
        && request.getProtocol().startsWith("HTTP/2")
        && request.getAttribute(EMPTY) == null;
  }

  /** Answered here, when the body is first read: an upstream may never say 100. */
  @Override
  protected boolean expects100Continue(HttpServletRequest request) {
    return false;
  }

  /**
   * A body in memory goes out at once: no reader that a second attempt could meet still at work.
   * For others the base class would invent a content type.
   */
  @Override
  protected Request.Content proxyRequestContent(
      HttpServletRequest request, HttpServletResponse response, Request upstream)
      throws IOException {
    Request.Content inMemory = bodyInMemory(request);
    if (inMemory != null) {
      return inMemory;
    }
    AsyncRequestContent content = new AsyncRequestContent((String) null);
    request.getInputStream().setReadListener(newReadListener(request, response, upstream, content));
    return content;
  }

  private Request.@Nullable Content bodyInMemory(HttpServletRequest request) {
    byte[] body = managed.readBody(request);
    return body == null ? null : new BytesRequestContent((String) null, body);
  }

  @Override
  protected ReadListener newReadListener(
      HttpServletRequest request,
      HttpServletResponse response,
      Request upstream,
      AsyncRequestContent content) {
    return new StreamReader(request, response, upstream, content) {
      @Override
      public void onError(Throwable failure) {
        request.setAttribute(CALLER_FAILURE, failure);
        super.onError(failure);
      }
    };
  }

  @Override
  protected void sendProxyRequest(
      HttpServletRequest request, HttpServletResponse response, Request upstream) {
    send(request, response, upstream, true);
  }

  private void send(
      HttpServletRequest request, HttpServletResponse response, Request upstream, boolean first) {
    int limit = match(request).route().service().connectTimeout();
    if (limit < connectTimeout) {
      Scheduler.Task timer = getHttpClient()
          .getScheduler()
          .schedule(
              () -> abort(upstream::abort, new TimeoutException("connect")),
              limit,
              TimeUnit.MILLISECONDS);
      upstream.onRequestBegin(begun -> timer.cancel());
    }
    upstream.send(new RelayListener(request, response, first));
  }

  /** The upstream refused the token, and there is no other. */
  private void withoutToken(
      HttpServletRequest request, HttpServletResponse response, Throwable error)
      throws IOException {
    ServiceToken token = managed.serviceToken(request);
    if (token == null) {
      throw new IOException(error);
    }
    token.writeFailure(response, error);
    request.getAsyncContext().complete();
  }

  /** Once more, with another proof or token and everything else as it was. */
  private void sendAgain(HttpServletRequest request, HttpServletResponse response) {
    Request again = newProxyRequest(request, rewriteTarget(request));
    copyRequestHeaders(request, again);
    again.body(bodyInMemory(request));
    send(request, response, again, false);
  }

  @Override
  protected Response.Listener newProxyResponseListener(
      HttpServletRequest request, HttpServletResponse response) {
    return new RelayListener(request, response, false);
  }

  private final class RelayListener extends ProxyResponseListener {
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final boolean first;
    private @Nullable Supplier<CompletionStage<?>> again;

    RelayListener(HttpServletRequest request, HttpServletResponse response, boolean first) {
      super(request, response);
      this.request = request;
      this.response = response;
      this.first = first;
    }

    @Override
    public void onBegin(Response upstream) {
      if (upstream.getStatus() == 101) {
        abort(upstream::abort, new IOException("switches protocols unasked"));
      } else {
        super.onBegin(upstream);
      }
    }

    @Override
    public void onHeaders(Response upstream) {
      again = second.after(request, match(request).route().service(), upstream, first);
      if (again == null) {
        super.onHeaders(upstream);
      }
    }

    @Override
    public void onContent(Response upstream, Content.Chunk chunk, Runnable demander) {
      if (again != null) {
        demander.run();
      } else {
        super.onContent(upstream, chunk, demander);
      }
    }

    /** An answer that came whole is one, even when the upstream did not want the whole body. */
    @Override
    public void onComplete(Result result) {
      if (again != null && result.getResponseFailure() == null) {
        var unused = again.get().whenComplete((done, error) -> {
          try {
            if (error == null) {
              sendAgain(request, response);
            } else {
              withoutToken(request, response, error);
            }
          } catch (IOException | RuntimeException e) {
            // Nobody else would end the exchange.
            onProxyResponseFailure(request, response, result.getResponse(), e);
          }
        });
      } else if (result.isFailed() && result.getResponseFailure() == null) {
        onProxyResponseSuccess(request, response, result.getResponse());
      } else {
        super.onComplete(result);
      }
    }
  }

  @Override
  protected void onServerResponseHeaders(
      HttpServletRequest request, HttpServletResponse response, Response upstream) {
    headers.response(request, upstream.getHeaders(), response);
    HttpField type = upstream.getHeaders().getField(HttpHeader.CONTENT_TYPE);
    if (type == null) {
      return;
    }
    if (!type.getValue().equals(response.getHeader(type.getName()))) {
      // The container writes content types in its own way.
      ServletContextResponse container =
          ServletContextRequest.getServletContextRequest(request).getServletContextResponse();
      ((org.eclipse.jetty.server.Response.Wrapper) container)
          .getWrapped()
          .getHeaders()
          .put(type);
    }
    if (type.getValue().startsWith("text/event-stream")) {
      try {
        response.flushBuffer();
      } catch (IOException e) {
        abort(upstream::abort, e);
      }
    }
  }

  private static void abort(
      Function<Throwable, CompletableFuture<Boolean>> exchange, Throwable why) {
    // Nobody waits for it: the exchange's listener hears of the failure.
    CompletableFuture<Boolean> unused = exchange.apply(why);
  }

  @Override
  protected StreamWriter newWriteListener(HttpServletRequest request, Response upstream) {
    return new FlushingWriter(request, upstream);
  }

  /** Hands on each piece when it comes, unless it is the last of a known length. */
  private final class FlushingWriter extends StreamWriter {
    private final HttpServletRequest request;
    private final long length;
    private long written;
    private boolean flushing;

    FlushingWriter(HttpServletRequest request, Response upstream) {
      super(request, upstream);
      this.request = request;
      this.length = upstream.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
    }

    @Override
    protected void data(
        byte[] bytes, int offset, int size, org.eclipse.jetty.util.Callback callback) {
      written += size;
      super.data(bytes, offset, size, callback);
    }

    @Override
    public void onWritePossible() throws IOException {
      if (flushing) {
        flushing = false;
        super.complete();
      } else {
        super.onWritePossible();
      }
    }

    @Override
    protected void complete() {
      if (written == length) {
        super.complete();
        return;
      }
      try {
        var output = request.getAsyncContext().getResponse().getOutputStream();
        output.flush();
        if (output.isReady()) {
          super.complete();
        } else {
          flushing = true;
        }
      } catch (IOException e) {
        onError(e);
      }
    }
  }

  @Override
  protected void onProxyResponseFailure(
      HttpServletRequest request, HttpServletResponse response, Response upstream, Throwable why) {
    UpstreamService service = match(request).route().service();
    if (request.getAttribute(CALLER_FAILURE) instanceof Throwable caller) {
      LOG.debug(
          "{}: the request ended early: {}", service.name(), caller.getClass().getName());
      sendProxyResponseError(request, response, callerStatus(caller));
      return;
    }
    int status = status(why);
    LOG.warn("{}: answered {}: {}", service.name(), status, why.getClass().getName());
    sendProxyResponseError(request, response, status);
  }

  private static int callerStatus(Throwable failure) {
    if (failure instanceof HttpException refused) {
      return refused.getCode();
    }
    return failure instanceof TimeoutException ? 408 : 400;
  }

  private static int status(Throwable failure) {
    if (failure instanceof RejectedExecutionException) {
      return 503;
    }
    return failure instanceof TimeoutException || failure instanceof SocketTimeoutException
        ? 504
        : 502;
  }

  /** JSON, or an aborted connection where a part of another answer may already be under way. */
  @Override
  protected void sendProxyResponseError(
      HttpServletRequest request, HttpServletResponse response, int status) {
    try {
      if (response.isCommitted() || request.getAttribute(WRITING) != null) {
        response.sendError(-1);
        return;
      }
      response.reset();
      if (status == 503) {
        response.setHeader("Retry-After", "1");
      }
      if (hasContent(request)) {
        response.setHeader("Connection", "close");
      }
      ErrorAnswer.of(status).write(response);
    } catch (IOException | IllegalStateException e) {
      LOG.debug("no answer could be written: {}", e.toString());
    } finally {
      if (request.isAsyncStarted()) {
        request.getAsyncContext().complete();
      }
    }
  }
}
