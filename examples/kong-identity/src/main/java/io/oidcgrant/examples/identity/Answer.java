package io.oidcgrant.examples.identity;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.util.LinkedHashMap;
import java.util.Map;

/** An HTTP answer. */
record Answer(int status, Map<String, String> headers, String body) {
  static Answer of(int status, String contentType, String body) {
    return new Answer(status, Map.of("Content-Type", contentType), body);
  }

  static Answer json(int status, Map<String, ?> members) {
    return of(status, "application/json", JSONObjectUtils.toJSONString(members));
  }

  static Answer empty(int status) {
    return new Answer(status, Map.of(), "");
  }

  Answer with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, more, body);
  }
}
