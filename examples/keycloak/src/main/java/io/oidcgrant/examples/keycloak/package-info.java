/** A real Keycloak for the quickstart and the integration tests. */
@NullMarked
package io.oidcgrant.examples.keycloak;

import org.jspecify.annotations.NullMarked;
