package io.oidcgrant.credential;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A request made of texts. */
record TextRequest(
    String method,
    List<String> lines,
    String rawQuery,
    String contentType,
    long contentLength,
    Optional<byte[]> body)
    implements RequestView {

  /** A GET with header lines {@code name, value, name, value…}. */
  static TextRequest get(String query, String... lines) {
    return new TextRequest("GET", List.of(lines), query, null, 0, Optional.empty());
  }

  /** A POST whose body has been read. */
  static TextRequest post(String type, String body, String... lines) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return new TextRequest("POST", List.of(lines), null, type, bytes.length, Optional.of(bytes));
  }

  /** A POST whose body has not been read; length -1 is a chunked one. */
  static TextRequest unread(String type, long length, String query, String... lines) {
    return new TextRequest("POST", List.of(lines), query, type, length, Optional.empty());
  }

  @Override
  public List<String> headers(String name) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < lines.size(); i += 2) {
      if (lines.get(i).equalsIgnoreCase(name)) {
        values.add(lines.get(i + 1));
      }
    }
    return values;
  }

  @Override
  public List<String> headerNames() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < lines.size(); i += 2) {
      String name = lines.get(i);
      if (names.stream().noneMatch(name::equalsIgnoreCase)) {
        names.add(name);
      }
    }
    return names;
  }

  @Override
  public boolean mayHaveBody() {
    return contentLength != 0;
  }

  @Override
  public String url(io.oidcgrant.protocol.TrustedPeers trusted) {
    return "http://localhost/";
  }

  @Override
  public String remoteAddress() {
    return "127.0.0.1";
  }

  @Override
  public Optional<java.security.cert.X509Certificate> tlsCertificate() {
    return Optional.empty();
  }
}
