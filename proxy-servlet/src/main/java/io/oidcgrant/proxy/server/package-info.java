/** The server put together: listeners, filters, relay, orderly stop. */
@NullMarked
package io.oidcgrant.proxy.server;

import org.jspecify.annotations.NullMarked;
