package io.oidcgrant.flow;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import io.oidcgrant.clientauth.ClientAssertion;
import io.oidcgrant.clientauth.ClientAuthMethod;
import io.oidcgrant.clientauth.ClientAuthenticator;
import io.oidcgrant.clientauth.ClientKeys;
import io.oidcgrant.config.ClientSettings;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.issuer.IssuerEndpoint;
import io.oidcgrant.issuer.IssuerMetadata;
import io.oidcgrant.jose.SigningKey;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Secret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How a client proves itself at an endpoint: the method configured for the endpoint, else for the
 * client, else one that the issuer supports. Safe for concurrent use.
 */
final class ClientProofs {
  private final OidcGrantConfig config;
  private final boolean certificate;
  private final InstantSource clock;
  private final List<ClientSettings> clients;
  private final List<Supplier<SigningKey>> keys = new ArrayList<>();

  /**
   * Creates them for a configuration.
   *
   * @param own the keys of clients that have none of their own
   * @param certificate whether one is presented
   */
  ClientProofs(OidcGrantConfig config, ClientKeys own, boolean certificate, InstantSource clock) {
    this.config = config;
    this.certificate = certificate;
    this.clock = clock;
    this.clients = config.clients();
    for (ClientSettings client : clients) {
      keys.add(key(client, own));
    }
  }

  private static Supplier<SigningKey> key(ClientSettings client, ClientKeys own) {
    if (client.key().isPresent()) {
      SigningKey fixed = SigningKey.of(
          client.key().get(),
          client.algorithm().orElseGet(() -> SigningKey.algorithmOf(client.key().get())));
      return () -> fixed;
    }
    JWSAlgorithm algorithm =
        client.algorithm().filter(SigningKey.ASYMMETRIC::contains).orElse(JWSAlgorithm.RS256);
    return () -> own.current(algorithm);
  }

  /** Has keys of our own made, where a client will sign with them, before it is asked to. */
  void prepare() {
    for (int i = 0; i < clients.size(); i++) {
      for (IssuerEndpoint endpoint : IssuerEndpoint.values()) {
        if (written(i, endpoint).filter("private_key_jwt"::equals).isPresent()) {
          var unused = keys.get(i).get();
        }
      }
    }
  }

  private Optional<String> written(int client, IssuerEndpoint endpoint) {
    return configured(endpoint).or(() -> clients.get(client).auth());
  }

  private Optional<String> configured(IssuerEndpoint endpoint) {
    return switch (endpoint) {
      case TOKEN -> config.tokenEndpointAuthMethod();
      case INTROSPECTION -> config.introspectionEndpointAuthMethod();
      case REVOCATION -> config.revocationEndpointAuthMethod();
      case USERINFO -> Optional.empty();
    };
  }

  /** The id of the client at this place. */
  String clientId(int client) {
    return clients.get(client).id();
  }

  /** The proof of one of our clients, for one attempt. */
  ClientAuthentication of(int client, IssuerEndpoint endpoint, IssuerMetadata metadata) {
    ClientSettings settings = clients.get(client);
    ClientAuthMethod method = written(client, endpoint)
        .map(ClientAuthMethod::named)
        .orElseGet(() -> ClientAuthMethod.among(
            metadata.authMethodsAt(endpoint), settings.key().isPresent(), certificate));
    if (method.byCertificate()) {
      overTls(method, address(endpoint, metadata));
    }
    ClientAuthenticator authenticator = method.bySecret()
        ? bySecret(method, settings.id(), secret(settings, method), settings.algorithm())
        : method == ClientAuthMethod.PRIVATE_KEY_JWT
            ? assertion(method, settings.id(), keys.get(client))
            : ClientAuthenticator.id(method, settings.id());
    return authenticator.authenticate(audience(metadata));
  }

  /**
   * The proof of a caller that is a client itself. He has a secret, and nothing else: where our
   * method needs more, it is one that the issuer supports.
   */
  ClientAuthentication ofCaller(
      Credential.ClientSecret caller, IssuerEndpoint endpoint, IssuerMetadata metadata) {
    ClientAuthMethod method = configured(endpoint)
        .or(config::clientAuth)
        .map(ClientAuthMethod::named)
        .filter(ClientAuthMethod::bySecret)
        .orElseGet(() -> ClientAuthMethod.among(metadata.authMethodsAt(endpoint), false, false));
    return bySecret(method, caller.clientId(), caller.secret(), config.clientAlg())
        .authenticate(audience(metadata));
  }

  private ClientAuthenticator bySecret(
      ClientAuthMethod method, String id, Secret secret, Optional<JWSAlgorithm> written) {
    if (method == ClientAuthMethod.CLIENT_SECRET_BASIC) {
      return ClientAuthenticator.basic(id, secret);
    }
    if (method == ClientAuthMethod.CLIENT_SECRET_POST) {
      return ClientAuthenticator.post(id, secret);
    }
    JWSAlgorithm algorithm =
        written.filter(JWSAlgorithm.Family.HMAC_SHA::contains).orElse(JWSAlgorithm.HS256);
    return assertion(method, id, () -> {
      try {
        return SigningKey.of(
            new OctetSequenceKey.Builder(secret.reveal().getBytes(StandardCharsets.UTF_8)).build(),
            algorithm);
      } catch (IllegalArgumentException e) {
        // Ours is checked when the configuration is read.
        throw Failure.of(Kind.REJECTED, "the client's secret is too short for " + algorithm)
            .toException();
      }
    });
  }

  private ClientAuthenticator assertion(
      ClientAuthMethod method, String id, Supplier<SigningKey> key) {
    return new ClientAssertion(
        method, id, key, new JOSEObjectType(config.clientAssertionTyp()), clock);
  }

  private static Secret secret(ClientSettings client, ClientAuthMethod method) {
    return client
        .secret()
        .orElseThrow(() -> refused("the issuer supports no method for client " + client.id()
            + " that needs no secret, " + method.registered() + " needs one"));
  }

  private String audience(IssuerMetadata metadata) {
    return config.clientAssertionAudience().orElse(metadata.issuer());
  }

  private static void overTls(ClientAuthMethod method, URI address) {
    if (!address.getScheme().equals("https")) {
      throw refused(method.registered() + " needs https, the endpoint is " + address);
    }
  }

  private static GrantException refused(String detail) {
    return Failure.of(Kind.CLIENT_REFUSED, detail).toException();
  }

  /** Where the endpoint is for us. */
  URI address(IssuerEndpoint endpoint, IssuerMetadata metadata) {
    return metadata
        .endpoint(endpoint, certificate)
        .orElseThrow(() -> Failure.of(
                Kind.ISSUER_UNAVAILABLE, "the issuer names no " + endpoint.metadataName())
            .toException());
  }
}
