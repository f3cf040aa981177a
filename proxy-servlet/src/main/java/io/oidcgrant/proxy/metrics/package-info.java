/** What the proxy counts, and how Prometheus reads it. */
@NullMarked
package io.oidcgrant.proxy.metrics;

import org.jspecify.annotations.NullMarked;
