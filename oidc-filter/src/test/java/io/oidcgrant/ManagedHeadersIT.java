package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.HeaderSetting;
import io.oidcgrant.protocol.TokenPart;
import io.oidcgrant.testing.FilterBench;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our headers as an application sees them by every method of the servlet API. */
class ManagedHeadersIT {
  private static final String EVIL = "Thu, 01 Jan 1970 00:00:07 GMT";
  private static final List<String> NAMES =
      List.of("X-Consumer-Id", "X-Claim", "X-None", "Authorization", "X-Credential-Identifier");

  private final List<Map<String, Object>> seen = Collections.synchronizedList(new ArrayList<>());
  private FilterBench bench;

  private final class Application extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      request.getInputStream().readAllBytes();
      Map<String, Object> all = new TreeMap<>();
      List<String> listed = Collections.list(request.getHeaderNames());
      all.put(
          "ours",
          listed.stream()
              .filter(name -> NAMES.stream()
                  .anyMatch(ours -> ours.equalsIgnoreCase(name.replaceAll("[_.]", "-"))))
              .toList());
      all.put(
          "trailers", request.isTrailerFieldsReady() ? request.getTrailerFields() : "not ready");
      for (String name : Stream.concat(NAMES.stream(), listed.stream()).toList()) {
        String value = request.getHeader(name);
        if (value != null || !Collections.list(request.getHeaders(name)).isEmpty()) {
          all.put(name, Collections.list(request.getHeaders(name)) + " " + value);
        }
      }
      NAMES.forEach(name -> all.put("date of " + name, request.getDateHeader(name)));
      seen.add(all);
    }
  }

  @BeforeEach
  void start() {
    bench = FilterBench.start(
        new Application(),
        config -> config
            .authMethods("bearer")
            .audienceRequired("api")
            .bearerTokenHeaderName("x_token")
            .upstreamAccessTokenHeader("authorization:bearer")
            .upstreamHeaders(List.of(
                new HeaderSetting("X-Claim", TokenPart.CLAIM, List.of("c")),
                new HeaderSetting("X-None", TokenPart.CLAIM, List.of("none")))));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-", "_", "."})
  void application_seesOursAlone(String separator) {
    String token = bench.issuer().accessToken(new HashMap<>(Map.of("aud", "api", "c", "ours")));
    List<String> evil = NAMES.stream()
        .flatMap(name -> Stream.of(name, name.toLowerCase(java.util.Locale.ROOT)))
        .map(name -> name.replace("-", separator) + ": " + EVIL)
        .toList();
    for (int i = 0; i < 2; i++) {
      int before = seen.size();
      String request = "POST /a HTTP/1.1\r\nHost: localhost\r\nX-Token: " + token
          + "\r\nConnection: close, x-claim,,X-Kept\r\nConnection: AUTHORIZATION, x.consumer_id"
          + "\r\nTransfer-Encoding: chunked\r\n" + String.join("\r\n", evil)
          + "\r\n\r\n1\r\na\r\n0\r\nX-Good: 1\r\n" + String.join("\r\n", evil) + "\r\n\r\n";
      assertThat(bench.http().raw(request).status()).isEqualTo(200);
      assertThat(seen).hasSize(before + 1);

      Map<String, Object> all = seen.get(before);
      assertThat(all.toString()).doesNotContain("1970");
      assertThat(all)
          .containsEntry("X-Claim", "[ours] ours")
          .containsEntry("Authorization", "[Bearer " + token + "] Bearer " + token)
          .containsEntry("X-Credential-Identifier", "[alice] alice")
          .containsEntry("Connection", "[close, X-Kept] close, X-Kept")
          .doesNotContainKeys("X-Consumer-Id", "X-None")
          .containsEntry("ours", List.of("Authorization", "X-Claim", "X-Credential-Identifier"));
      assertThat(all.get("trailers").toString()).isEqualToIgnoringCase("{x-good=1}");
      assertThat(all.entrySet())
          .filteredOn(entry -> entry.getKey().startsWith("date of "))
          .allMatch(entry -> entry.getValue().equals(-1L));
    }
  }
}
