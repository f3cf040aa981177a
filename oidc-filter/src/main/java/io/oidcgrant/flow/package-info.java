/** The straight line from a request to its tokens. */
@NullMarked
package io.oidcgrant.flow;

import org.jspecify.annotations.NullMarked;
