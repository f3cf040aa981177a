package io.oidcgrant.examples.webxml;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Base64;
import java.util.Collections;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Answers with what it sees of a request: the names of the headers, query and body, and the claims
 * of the access token, which the filter has verified.
 */
public final class ShowRequest extends HttpServlet {
  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String body = new String(request.getInputStream().readAllBytes(), UTF_8);
    response.setContentType("application/json;charset=utf-8");
    try (JsonGenerator json =
        new JsonFactory().createGenerator(ObjectWriteContext.empty(), response.getOutputStream())) {
      json.writeStartObject();
      json.writeArrayPropertyStart("headers");
      Collections.list(request.getHeaderNames()).forEach(json::writeString);
      json.writeEndArray();
      json.writeStringProperty("query", request.getQueryString());
      json.writeStringProperty("body", body);
      json.writeName("claims");
      json.writeRawValue(claims(request.getHeader("Authorization")));
      json.writeEndObject();
    }
  }

  /** The claims' JSON is the part of a JWT between its dots (RFC 7515 section 7.1). */
  private static String claims(String authorization) {
    String payload =
        authorization.substring(authorization.indexOf('.') + 1, authorization.lastIndexOf('.'));
    return new String(Base64.getUrlDecoder().decode(payload), UTF_8);
  }
}
