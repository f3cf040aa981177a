/** Services and routes, and which of them a request is for. */
@NullMarked
package io.oidcgrant.proxy.route;

import org.jspecify.annotations.NullMarked;
