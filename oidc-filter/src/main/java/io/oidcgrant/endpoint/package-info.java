/** Talking to the token endpoint. */
@NullMarked
package io.oidcgrant.endpoint;

import org.jspecify.annotations.NullMarked;
