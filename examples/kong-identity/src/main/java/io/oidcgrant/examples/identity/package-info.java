/** A stand-in for Kong Identity, for trying out and for tests. */
@NullMarked
package io.oidcgrant.examples.identity;

import org.jspecify.annotations.NullMarked;
