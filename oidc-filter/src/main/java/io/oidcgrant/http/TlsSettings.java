package io.oidcgrant.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom to trust, and as whom to come, on the back channel.
 *
 * @param verify false trusts everybody and looks at no name: for {@code ssl_verify: false} only
 * @param anchors a PEM file with certificates to trust beside the JVM's
 * @param identity the client's own
 */
public record TlsSettings(
    boolean verify, Optional<Path> anchors, Optional<TlsIdentity.Source> identity) {
  /** The JVM's own trust, no identity. */
  public static final TlsSettings JVM = new TlsSettings(true, Optional.empty(), Optional.empty());

  /**
   * What the settings come to now.
   *
   * @param context null for the JVM's own
   */
  record Loaded(@Nullable SSLContext context, Optional<TlsIdentity> identity) {}

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  Loaded load(Instant now) {
    Optional<TlsIdentity> loaded = identity.map(source -> TlsIdentity.load(source, now));
    if (verify && anchors.isEmpty() && loaded.isEmpty()) {
      return new Loaded(null, loaded);
    }
    try {
      KeyManager[] keys = loaded.isPresent() ? loaded.get().managers() : null;
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust(), null);
      return new Loaded(context, loaded);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private TrustManager @Nullable [] trust() throws GeneralSecurityException {
    if (!verify) {
      return TlsTrust.everybody();
    }
    if (anchors.isEmpty()) {
      return null;
    }
    List<X509Certificate> trusted = new ArrayList<>(TlsTrust.jvmAnchors());
    try {
      trusted.addAll(Pem.certificates(Files.readString(anchors.get())));
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < trusted.size(); i++) {
        store.setCertificateEntry("anchor-" + i, trusted.get(i));
      }
      return TlsTrust.managers(store);
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "ca_certificates_file " + anchors.get()
              + " cannot be used: it must be a file of PEM certificates",
          e);
    }
  }

  /** All files that are read. */
  List<Path> files() {
    List<Path> files = new ArrayList<>(anchors.stream().toList());
    identity.ifPresent(source -> files.addAll(source.files()));
    return files;
  }

  /** Changes when one of the files does: its real name, time and length. */
  String stamp() {
    return FileStamp.of(files());
  }
}
