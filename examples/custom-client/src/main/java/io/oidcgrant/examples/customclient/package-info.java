/** A way to the token endpoint of one's own. */
@NullMarked
package io.oidcgrant.examples.customclient;

import org.jspecify.annotations.NullMarked;
