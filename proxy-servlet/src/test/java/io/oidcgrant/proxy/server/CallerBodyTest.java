package io.oidcgrant.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.oidcgrant.proxy.metrics.Metrics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Components;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.junit.jupiter.api.Test;

class CallerBodyTest {
  private static final long PATIENCE = Duration.ofMillis(500).toNanos();

  private final Request request = mock(Request.class);
  private final Response response = mock(Response.class);
  private final ConnectionMetaData connection = mock(ConnectionMetaData.class);
  private final Set<CallerBody.Wait> waiting = new HashSet<>();
  private final AtomicInteger told = new AtomicInteger();
  private final AtomicReference<Runnable> came = new AtomicReference<>();
  private final CallerBody body = new CallerBody(request, response, 8, new Metrics(), waiting);

  CallerBodyTest() {
    Components components = mock(Components.class);
    when(components.getExecutor()).thenReturn(Runnable::run);
    when(request.getComponents()).thenReturn(components);
    when(request.getConnectionMetaData()).thenReturn(connection);
    when(request.getHeaders()).thenReturn(HttpFields.EMPTY);
    doAnswer(call -> {
          came.set(call.getArgument(0));
          return null;
        })
        .when(request)
        .demand(any());
  }

  private static void pass(int millis) {
    long start = System.nanoTime();
    await().until(() -> System.nanoTime() - start > millis * 1_000_000L);
  }

  private void sweep(int rate) {
    Set.copyOf(waiting).forEach(wait -> wait.refuseBody(PATIENCE, rate));
  }

  private void demand() {
    body.demand(told::incrementAndGet);
  }

  private void arrive(int bytes) {
    when(request.read()).thenReturn(Content.Chunk.from(ByteBuffer.allocate(bytes), false));
    came.get().run();
    body.read();
  }

  @Test
  void timeInWhichNobodyWaitsForTheCaller_doesNotCount() {
    demand();
    arrive(10);
    pass(600);
    demand();
    sweep(1000);
    assertThat(told).hasValue(1);
    pass(600);
    sweep(1000);
    assertThat(told).hasValue(2);
    assertThat(body.read().getFailure()).isInstanceOf(TimeoutException.class);
    assertThat(waiting).isEmpty();
  }

  @Test
  void severalWaits_addUp_andBytesPayForThem() {
    for (int i = 0; i < 4; i++) {
      demand();
      pass(150);
      arrive(250);
    }
    demand();
    sweep(100);
    assertThat(told).hasValue(4);
    sweep(10_000);
    assertThat(told).hasValue(5);
  }

  @Test
  void refusedBody_staysRefused_andWhatComesThenWakesNobody() {
    demand();
    pass(600);
    sweep(1);
    assertThat(told).hasValue(1);
    came.get().run();
    assertThat(told).hasValue(1);
    demand();
    assertThat(told).hasValue(2);
    assertThat(body.read().isLast()).isTrue();
  }

  @Test
  void conversations_mayPause() {
    demand();
    pass(600);
    when(response.isCommitted()).thenReturn(true);
    sweep(1000);
    assertThat(told).hasValue(0);
    when(response.isCommitted()).thenReturn(false);
    when(request.getHeaders())
        .thenReturn(HttpFields.build().put("Content-Type", "application/grpc+proto"));
    when(connection.getHttpVersion()).thenReturn(HttpVersion.HTTP_2);
    sweep(1000);
    assertThat(told).hasValue(0);
    when(connection.getHttpVersion()).thenReturn(HttpVersion.HTTP_1_1);
    sweep(1000);
    assertThat(told).hasValue(1);
  }
}
