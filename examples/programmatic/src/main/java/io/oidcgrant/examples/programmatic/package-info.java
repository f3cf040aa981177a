/** A web application in an embedded Jetty behind the filter, configured in Java. */
@NullMarked
package io.oidcgrant.examples.programmatic;

import org.jspecify.annotations.NullMarked;
