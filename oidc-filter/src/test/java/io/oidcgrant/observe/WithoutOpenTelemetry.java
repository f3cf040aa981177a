package io.oidcgrant.observe;

import io.oidcgrant.observe.GrantObserver.Endpoint;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Callable;

/** Runs where the classes of OpenTelemetry are not: says so, and what a call carries there. */
public final class WithoutOpenTelemetry implements Callable<String> {
  @Override
  public String call() {
    TraceContext cause = TraceContext.current(
        List.of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), List.of());
    return there("io.opentelemetry.api.GlobalOpenTelemetry") + " "
        + new IssuerCalls(GrantObserver.NONE)
            .begin(Endpoint.TOKEN, cause)
            .send("POST", URI.create("https://idp.example/token"), headers -> headers);
  }

  private static String there(String name) {
    try {
      return Class.forName(name).getName();
    } catch (ClassNotFoundException e) {
      return "absent";
    }
  }
}
