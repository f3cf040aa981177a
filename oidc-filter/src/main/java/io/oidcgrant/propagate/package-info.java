/** What the upstream and the caller are told. */
@NullMarked
package io.oidcgrant.propagate;

import org.jspecify.annotations.NullMarked;
