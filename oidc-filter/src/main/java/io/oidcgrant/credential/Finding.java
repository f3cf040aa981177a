package io.oidcgrant.credential;

import io.oidcgrant.protocol.Failure;
import java.util.Set;

/** What a search for credentials came to. */
public sealed interface Finding {
  /**
   * A credential.
   *
   * @param place the first of the places it stands in
   * @param inQuery whether the query is one of them
   */
  record Found(Credential credential, Hiding hiding, Place place, boolean inQuery)
      implements Finding {}

  /** Nothing that can be used; the failure says why. */
  record Missing(Failure failure) implements Finding {}

  /**
   * The search cannot go on without the body: read it, then search again.
   *
   * @param queryNames what of the query may not go on, as far as is known without the body
   */
  record NeedsBody(Set<String> queryNames) implements Finding {}
}
