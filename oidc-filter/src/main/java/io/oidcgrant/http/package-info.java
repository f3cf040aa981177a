/** The back channel to the issuer, the only place that opens connections. */
@NullMarked
package io.oidcgrant.http;

import org.jspecify.annotations.NullMarked;
