/** Spans of requests and of what they cause upstream, where OpenTelemetry is set up. */
@NullMarked
package io.oidcgrant.proxy.trace;

import org.jspecify.annotations.NullMarked;
