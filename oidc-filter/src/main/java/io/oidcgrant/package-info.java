/** The servlet edge: the filter, and a request as the rest of the product sees it. */
@NullMarked
package io.oidcgrant;

import org.jspecify.annotations.NullMarked;
