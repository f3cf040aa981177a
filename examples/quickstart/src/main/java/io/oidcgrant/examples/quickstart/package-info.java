/** Keycloak, the proxy and an upstream with one command. */
@NullMarked
package io.oidcgrant.examples.quickstart;

import org.jspecify.annotations.NullMarked;
