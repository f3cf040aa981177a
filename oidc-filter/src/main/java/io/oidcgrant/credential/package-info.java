/** Where a request may carry credentials, and how what was found is hidden. */
@NullMarked
package io.oidcgrant.credential;

import org.jspecify.annotations.NullMarked;
