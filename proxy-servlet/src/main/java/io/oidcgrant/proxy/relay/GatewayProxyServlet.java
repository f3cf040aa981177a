package io.oidcgrant.proxy.relay;

import io.oidcgrant.ServiceToken;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.answer.ErrorAnswer;
import io.oidcgrant.proxy.answer.Reason;
import io.oidcgrant.proxy.answer.RequestId;
import io.oidcgrant.proxy.route.Match;
import io.oidcgrant.proxy.route.UpstreamService;
import io.oidcgrant.proxy.trace.UpstreamSpans;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.jetty.client.AsyncRequestContent;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.ee10.proxy.AsyncProxyServlet;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.ee10.servlet.ServletContextResponse;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
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

  private static final String RETRIES = GatewayProxyServlet.class.getName() + ".retries";

  /** Of the base class: set as soon as the body of an answer has begun. */
  private static final String WRITING = AsyncProxyServlet.class.getName() + ".writeListener";

  static final String MAX_FORWARDS = "Max-Forwards";

  private final transient HeaderPolicy headers;
  private final transient ManagedHeaders managed;
  private final transient Trailers trailers;
  private final transient SecondAttempt second;
  private final transient WebSockets webSockets;
  private final transient UpstreamTrouble trouble = new UpstreamTrouble();
  private final transient UpstreamClients clients;
  private final transient @Nullable UpstreamSpans spans;

  /**
   * A relay by these clients, which run already when it is initialised.
   *
   * @param spans null for none
   */
  public GatewayProxyServlet(
      TrustedPeers trusted,
      ManagedHeaders managed,
      WebSockets webSockets,
      UpstreamClients clients,
      @Nullable UpstreamSpans spans) {
    this.headers = new HeaderPolicy(trusted, managed);
    this.managed = managed;
    this.webSockets = webSockets;
    this.trailers = new Trailers(managed);
    this.second = new SecondAttempt(managed);
    this.clients = clients;
    this.spans = spans;
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
  protected HttpClient createHttpClient() {
    return clients.plain();
  }

  /** The clients are the server's. */
  @Override
  public void destroy() {}

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    if (WebSocketHandshake.isAskedBy(request) && !WebSocketHandshake.isGood(request)) {
      response.setHeader("Sec-WebSocket-Version", WebSocketHandshake.VERSION);
      ErrorAnswer.of(400).write(response);
      return;
    }
    if (request.getMethod().equals("OPTIONS") && "0".equals(request.getHeader(MAX_FORWARDS))) {
      // Meant for whoever counts to zero (RFC 9110 section 7.6.2).
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
      return;
    }
    request.setAttribute(Relayed.ATTRIBUTE, new Relayed());
    super.service(request, response);
  }

  /** Whether the body of this request goes to an upstream, even when it is answered already. */
  public static boolean reads(Attributes request) {
    return Relayed.of(request) != null;
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
    UpstreamService service = match(request).route().service();
    Request upstream = new UpstreamRequest(
            clients.of(service), service, request.getMethod(), target)
        .attribute(CLIENT_REQUEST_ATTRIBUTE, request);
    // Only there is a connection the WebSocket's alone.
    return WebSocketHandshake.isAskedBy(request)
        ? upstream.version(HttpVersion.HTTP_1_1)
        : upstream;
  }

  private static Relayed relayed(HttpServletRequest request) {
    return (Relayed) request.getAttribute(Relayed.ATTRIBUTE);
  }

  private static Match match(HttpServletRequest request) {
    return (Match) request.getAttribute(Match.ATTRIBUTE);
  }

  @Override
  protected void copyRequestHeaders(HttpServletRequest request, Request upstream) {
    upstream.headers(fields -> {
      fields.clear();
      headers.request(request, match(request), fields);
      if (WebSocketHandshake.isAskedBy(request)) {
        WebSocketHandshake.ask(fields);
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
    trailers.request(request, upstream);
    if (!upstream.getHeaders().contains(HttpHeader.CONTENT_LENGTH)) {
      // Without a word of it, a body is sent bare with methods that mostly have none, and the
      // upstream takes it for the next request. HTTP/2 leaves the header out.
      upstream.headers(fields -> fields.put(HttpHeader.TRANSFER_ENCODING, "chunked"));
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
        CallerFailure.note(request, failure);
        super.onError(failure);
      }

      @Override
      protected Action process() throws Exception {
        try {
          return super.process();
        } catch (IOException | RuntimeException e) {
          CallerFailure.note(request, e);
          throw e;
        }
      }

      /** Of reading, which is noted above, or of writing, which is the upstream's. */
      @Override
      protected void onFailure(Throwable failure) {
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
    if (limit < clients.connectTimeout()) {
      Scheduler.Task timer = getHttpClient()
          .getScheduler()
          .schedule(
              () -> abort(upstream::abort, new TimeoutException("connect")),
              limit,
              TimeUnit.MILLISECONDS);
      upstream.onRequestBegin(begun -> timer.cancel());
    }
    if (request.getProtocol().startsWith("HTTP/2")) {
      request.getAsyncContext().addListener(new Cancellation(request, upstream));
    }
    if (spans != null) {
      spans.begin(match(request).route().service(), upstream);
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
  private void sendAgain(HttpServletRequest request, HttpServletResponse response, boolean first) {
    Request again = newProxyRequest(request, rewriteTarget(request));
    copyRequestHeaders(request, again);
    again.body(bodyInMemory(request));
    send(request, response, again, first);
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
    private Scheduler.@Nullable Task streamEnd;

    RelayListener(HttpServletRequest request, HttpServletResponse response, boolean first) {
      super(request, response);
      this.request = request;
      this.response = response;
      this.first = first;
    }

    @Override
    public void onBegin(Response upstream) {
      if (!switches(upstream)) {
        super.onBegin(upstream);
      } else if (!WebSocketHandshake.isAskedBy(request)) {
        abort(upstream::abort, new IOException("switches protocols unasked"));
      }
    }

    private static boolean switches(Response upstream) {
      return upstream.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS;
    }

    @Override
    public void onHeaders(Response upstream) {
      relayed(request).answered();
      if (switches(upstream)) {
        if (!WebSocketHandshake.isAgreedTo(request, upstream.getHeaders())) {
          abort(upstream::abort, new IOException("switches to what is no WebSocket"));
        }
        return;
      }
      if (isCoded(upstream)) {
        abort(upstream::abort, new IOException("comes in a transfer coding other than chunked"));
        return;
      }
      again = second.after(request, match(request).route().service(), upstream, first);
      if (again == null) {
        super.onHeaders(upstream);
        endStream(upstream);
      }
    }

    /** Another coding would be lost on the way, and the caller take its bytes for the body. */
    private static boolean isCoded(Response upstream) {
      return upstream.getHeaders().getValuesList(HttpHeader.TRANSFER_ENCODING).stream()
          .anyMatch(coding -> !coding.strip().equalsIgnoreCase("chunked"));
    }

    /** A stream lasts no longer than the token that opened it. */
    private void endStream(Response upstream) {
      Instant end = isStream(upstream) ? managed.streamEnd(request) : null;
      if (end != null) {
        streamEnd = getHttpClient()
            .getScheduler()
            .schedule(
                () -> abort(upstream::abort, new StreamEndedException()),
                WebSockets.millisUntil(end),
                TimeUnit.MILLISECONDS);
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
      if (streamEnd != null) {
        streamEnd.cancel();
      }
      if (switches(result.getResponse()) && result.isSucceeded()) {
        headers.response(request, result.getResponse().getHeaders(), response);
        // Which it must not have (RFC 9110 section 8.6): what follows is no body.
        response.setHeader("Content-Length", null);
        WebSocketHandshake.agree(response);
        webSockets.join(
            request,
            result.getResponse(),
            getHttpClient(),
            match(request).route().service().readTimeout(),
            managed.streamEnd(request));
        request.getAsyncContext().complete();
      } else if (again != null && result.getResponseFailure() == null) {
        var unused = again.get().whenComplete((done, error) -> {
          try {
            if (error == null) {
              sendAgain(request, response, false);
            } else {
              withoutToken(request, response, error);
            }
          } catch (IOException | RuntimeException e) {
            // Nobody else would end the exchange.
            onProxyResponseFailure(request, response, result.getResponse(), e);
          }
        });
      } else if (result.isFailed() && second.unseen(request, result) && retryLeft(request)) {
        sendAgain(request, response, first);
      } else if (result.isFailed()
          && result.getResponseFailure() == null
          && result.getResponse().getStatus() > 0) {
        onProxyResponseSuccess(request, response, result.getResponse());
      } else {
        super.onComplete(result);
      }
    }
  }

  private static boolean retryLeft(HttpServletRequest request) {
    int before = request.getAttribute(RETRIES) instanceof Integer retries ? retries : 0;
    request.setAttribute(RETRIES, before + 1);
    return before < match(request).route().service().retries();
  }

  @Override
  protected void onServerResponseHeaders(
      HttpServletRequest request, HttpServletResponse response, Response upstream) {
    headers.response(request, upstream.getHeaders(), response);
    trailers.response(request, upstream);
    if (upstream.getStatus() == HttpServletResponse.SC_NO_CONTENT) {
      // Which it must not have (RFC 9110 section 8.6), and the container insists on.
      response.setHeader("Content-Length", null);
    }
    contentType(request, response, upstream);
    // The container would say of an answer that ends with its head that its length is 0.
    boolean noLength = request.getMethod().equals("HEAD")
        && !upstream.getHeaders().contains(HttpHeader.CONTENT_LENGTH);
    // A gRPC answer that has the status already is all there is, and must end with its head.
    if (noLength || (isStream(upstream) && !upstream.getHeaders().contains("grpc-status"))) {
      try {
        response.flushBuffer();
      } catch (IOException e) {
        CallerFailure.note(request, e);
        abort(upstream::abort, e);
      }
    }
  }

  private static void contentType(
      HttpServletRequest request, HttpServletResponse response, Response upstream) {
    HttpField type = upstream.getHeaders().getField(HttpHeader.CONTENT_TYPE);
    if (type != null && !type.getValue().equals(response.getHeader(type.getName()))) {
      // The container writes content types in its own way.
      ServletContextResponse container =
          ServletContextRequest.getServletContextRequest(request).getServletContextResponse();
      ((org.eclipse.jetty.server.Response.Wrapper) container)
          .getWrapped()
          .getHeaders()
          .put(type);
    }
  }

  /** Whether an answer may last for as long as the caller likes. */
  private static boolean isStream(Response upstream) {
    String type = upstream.getHeaders().get(HttpHeader.CONTENT_TYPE);
    return type != null
        && (type.startsWith("text/event-stream") || type.startsWith("application/grpc"));
  }

  /** Not a fault of the upstream. */
  private static final class StreamEndedException extends IOException {
    StreamEndedException() {
      super("the token ended");
    }
  }

  static void abort(Function<Throwable, CompletableFuture<Boolean>> exchange, Throwable why) {
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

    /** Of writing to the caller. */
    @Override
    public void onError(Throwable failure) {
      CallerFailure.note(request, failure);
      super.onError(failure);
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
        return;
      }
      try {
        super.onWritePossible();
      } catch (IOException e) {
        CallerFailure.note(request, e);
        throw e;
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
    Throwable caller = CallerFailure.of(request);
    if (caller != null) {
      LOG.debug(
          "{}: the request ended early: {}", service.name(), caller.getClass().getName());
      relayed(request).failed(CallerFailure.reason(caller));
      sendProxyResponseError(request, response, CallerFailure.status(caller));
      return;
    }
    if (why instanceof ClosedChannelException && !clients.isRunning()) {
      // By us: the proxy stops.
      relayed(request).failed(Reason.UNAVAILABLE);
      sendProxyResponseError(request, response, Reason.UNAVAILABLE.status());
      return;
    }
    int status = UpstreamTrouble.status(why);
    if (why instanceof StreamEndedException) {
      LOG.info("{}: a stream was closed, for its token ended", service.name());
      sendProxyResponseError(request, response, status);
      return;
    }
    trouble.log(service, status, why);
    relayed(request).failed(UpstreamTrouble.reason(status, why));
    sendProxyResponseError(request, response, status);
  }

  /** JSON, or an aborted connection where a part of another answer may already be under way. */
  @Override
  protected void sendProxyResponseError(
      HttpServletRequest request, HttpServletResponse response, int status) {
    try {
      if (response.isCommitted() || request.getAttribute(WRITING) != null) {
        relayed(request).failed(Reason.CUT_OFF);
        response.sendError(-1);
        return;
      }
      response.reset();
      // What the container keeps of it is the caller's.
      response.setHeader("Connection", null);
      if (request.getAttribute(RequestId.ATTRIBUTE) instanceof String id) {
        response.setHeader(RequestId.HEADER, id);
      }
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
