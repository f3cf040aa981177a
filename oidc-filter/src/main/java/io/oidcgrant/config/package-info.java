/**
 * What the user wrote: the field table, the envelopes it may stand in, and the immutable
 * configuration made of it.
 */
@NullMarked
package io.oidcgrant.config;

import org.jspecify.annotations.NullMarked;
