/** A web application behind the filter, configured in {@code web.xml} alone. */
@NullMarked
package io.oidcgrant.examples.webxml;

import org.jspecify.annotations.NullMarked;
