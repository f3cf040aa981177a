package io.oidcgrant.proxy.testing;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An answer as it came; header names in lower case. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Answer(int status, Map<String, List<String>> headers, byte[] bytes) {
  /** Null where there is none; several with {@code |} between. */
  public String header(String name) {
    List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
    return values == null ? null : String.join(" | ", values);
  }

  public String body() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return status + " " + headers + " " + body();
  }
}
