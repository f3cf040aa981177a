/** The few words of our own that every other package shares. */
@NullMarked
package io.oidcgrant.protocol;

import org.jspecify.annotations.NullMarked;
