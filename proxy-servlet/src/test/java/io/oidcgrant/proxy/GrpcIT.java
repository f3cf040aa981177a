package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** gRPC calls of all four kinds, through the proxy, with a token. */
class GrpcIT {
  private static final MethodDescriptor.Marshaller<String> TEXT = new Text();
  private static final Metadata.Key<String> AUTHORIZATION = key("authorization");
  private static final Metadata.Key<String> DETAIL = key("x-detail");

  @TempDir
  private static Path directory;

  private static final BlockingQueue<Metadata> HEADS = new LinkedBlockingQueue<>();
  private static final CountDownLatch CANCELLED = new CountDownLatch(1);

  private static StubIssuer issuer;
  private static Server server;
  private static ProxyProcess proxy;
  private static ManagedChannel channel;

  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static MethodDescriptor<String, String> method(MethodType type, String name) {
    return MethodDescriptor.<String, String>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName("test.Echo", name))
        .setRequestMarshaller(TEXT)
        .setResponseMarshaller(TEXT)
        .build();
  }

  private static final MethodDescriptor<String, String> UNARY = method(MethodType.UNARY, "Unary");
  private static final MethodDescriptor<String, String> FAILING =
      method(MethodType.UNARY, "Failing");
  private static final MethodDescriptor<String, String> HANGING =
      method(MethodType.SERVER_STREAMING, "Hanging");
  private static final MethodDescriptor<String, String> MANY =
      method(MethodType.SERVER_STREAMING, "Many");
  private static final MethodDescriptor<String, String> JOIN =
      method(MethodType.CLIENT_STREAMING, "Join");
  private static final MethodDescriptor<String, String> CHAT =
      method(MethodType.BIDI_STREAMING, "Chat");

  @BeforeAll
  static void start() throws IOException {
    issuer = new StubIssuer();
    server = NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            InsecureServerCredentials.create())
        .addService(ServerInterceptors.intercept(service(), new Heads()))
        .build()
        .start();
    String upstream = "grpc://127.0.0.1:" + server.getPort();
    proxy = ProxyProcess.run(
        Configs.file(directory, """
            services:
            - name: g
              url: UPSTREAM
              routes:
              - {name: g, protocols: [grpc], paths: [/test.Echo/], plugins: [PLUGIN]}
            """.replace("UPSTREAM", upstream)
            .replace("PLUGIN", Configs.grant(issuer.url()))),
        "--h2c");
    channel = NettyChannelBuilder.forAddress(
            "127.0.0.1", proxy.port(), InsecureChannelCredentials.create())
        .build();
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    proxy.close();
    server.shutdownNow();
    issuer.close();
  }

  private static ServerServiceDefinition service() {
    return ServerServiceDefinition.builder("test.Echo")
        .addMethod(UNARY, ServerCalls.asyncUnaryCall((request, answer) -> {
          answer.onNext("echo " + request.length());
          answer.onCompleted();
        }))
        .addMethod(FAILING, ServerCalls.asyncUnaryCall((request, answer) -> {
          Metadata trailers = new Metadata();
          trailers.put(DETAIL, "because");
          answer.onError(Status.FAILED_PRECONDITION
              .withDescription("no \u00e9 today")
              .asRuntimeException(trailers));
        }))
        .addMethod(MANY, ServerCalls.asyncServerStreamingCall((request, answer) -> {
          for (int i = 0; i < Integer.parseInt(request); i++) {
            answer.onNext("message " + i);
          }
          answer.onCompleted();
        }))
        .addMethod(HANGING, ServerCalls.asyncServerStreamingCall((request, answer) -> {
          ((ServerCallStreamObserver<String>) answer).setOnCancelHandler(CANCELLED::countDown);
        }))
        .addMethod(JOIN, ServerCalls.asyncClientStreamingCall(Joining::new))
        .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(Answering::new))
        .build();
  }

  /** Answers once, with all that came. */
  private record Joining(StreamObserver<String> answer, List<String> parts)
      implements StreamObserver<String> {
    Joining(StreamObserver<String> answer) {
      this(answer, new ArrayList<>());
    }

    @Override
    public void onNext(String part) {
      parts.add(part);
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {
      answer.onNext(String.join("+", parts));
      answer.onCompleted();
    }
  }

  /** Answers every message, and the end. */
  private record Answering(StreamObserver<String> answer) implements StreamObserver<String> {
    @Override
    public void onNext(String message) {
      answer.onNext("re: " + message);
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {
      answer.onNext("bye");
      answer.onCompleted();
    }
  }

  private static final class Heads implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata head, ServerCallHandler<Q, A> next) {
      HEADS.add(head);
      return next.startCall(call, head);
    }
  }

  /** With a client's credentials, which the proxy makes a token of. */
  private static Channel client() {
    Metadata head = new Metadata();
    head.put(
        AUTHORIZATION,
        "Basic " + Base64.getEncoder().encodeToString("c:s".getBytes(StandardCharsets.US_ASCII)));
    return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(head));
  }

  private static CallOptions within(long seconds) {
    return CallOptions.DEFAULT.withDeadlineAfter(seconds, TimeUnit.SECONDS);
  }

  @Test
  void unary_goesWithAToken() {
    HEADS.clear();
    String answer = ClientCalls.blockingUnaryCall(client(), UNARY, within(10), "x".repeat(100_000));
    assertThat(answer).isEqualTo("echo 100000");
    assertThat(HEADS).singleElement().satisfies(head -> {
      assertThat(head.get(AUTHORIZATION)).startsWith("Bearer ey");
      assertThat(head.get(key("x-forwarded-for"))).isEqualTo("127.0.0.1");
      assertThat(head.get(key("grpc-timeout"))).isNotNull();
    });
  }

  @Test
  void unaryWithoutCredentials_isUnauthenticated_andGoesNowhere() {
    HEADS.clear();
    assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(channel, UNARY, within(10), "x"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
    assertThat(HEADS).isEmpty();
  }

  @Test
  void statusOfAFailedCall_arrives() {
    assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(client(), FAILING, within(10), "x"))
        .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
          assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
          assertThat(e.getStatus().getDescription()).isEqualTo("no \u00e9 today");
          assertThat(e.getTrailers().get(DETAIL)).isEqualTo("because");
        });
  }

  @Test
  void unknownMethod_isUnimplemented() {
    MethodDescriptor<String, String> other = method(MethodType.UNARY, "Other");
    assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(client(), other, within(10), "x"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
  }

  @Test
  void serverStreaming_bringsAllMessages() {
    Iterator<String> messages =
        ClientCalls.blockingServerStreamingCall(client(), MANY, within(20), "2000");
    int count = 0;
    while (messages.hasNext()) {
      assertThat(messages.next()).isEqualTo("message " + count++);
    }
    assertThat(count).isEqualTo(2000);
  }

  /** What came of a call, in its order. */
  private static final class Recorded implements StreamObserver<String> {
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @Override
    public void onNext(String message) {
      events.add(message);
    }

    @Override
    public void onError(Throwable failure) {
      events.add("error " + Status.fromThrowable(failure).getCode());
    }

    @Override
    public void onCompleted() {
      events.add("end");
    }

    String next() throws InterruptedException {
      return events.poll(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void clientStreaming_isAnsweredAtItsEnd() throws InterruptedException {
    Recorded recorded = new Recorded();
    StreamObserver<String> call =
        ClientCalls.asyncClientStreamingCall(client().newCall(JOIN, within(10)), recorded);
    call.onNext("a");
    call.onNext("b");
    call.onCompleted();
    assertThat(recorded.next()).isEqualTo("a+b");
    assertThat(recorded.next()).isEqualTo("end");
  }

  @Test
  void bidirectional_messagesPassAtOnce_andOneSideMayEndFirst() throws InterruptedException {
    Recorded recorded = new Recorded();
    StreamObserver<String> call =
        ClientCalls.asyncBidiStreamingCall(client().newCall(CHAT, within(10)), recorded);
    for (int i = 0; i < 20; i++) {
      call.onNext("m" + i);
      assertThat(recorded.next()).isEqualTo("re: m" + i);
    }
    call.onCompleted();
    assertThat(recorded.next()).isEqualTo("bye");
    assertThat(recorded.next()).isEqualTo("end");
  }

  @Test
  void cancellation_reachesTheServer_thoughNothingIsSent() throws InterruptedException {
    HEADS.clear();
    ClientCall<String, String> call = client().newCall(HANGING, within(60));
    ClientCalls.asyncServerStreamingCall(call, "x", new Recorded());
    await().until(() -> !HEADS.isEmpty());
    call.cancel("enough", null);
    assertThat(CANCELLED.await(10, TimeUnit.SECONDS)).isTrue();
  }
}
