/** Carrying a request to its upstream and the answer back, to the byte. */
@NullMarked
package io.oidcgrant.proxy.relay;

import org.jspecify.annotations.NullMarked;
