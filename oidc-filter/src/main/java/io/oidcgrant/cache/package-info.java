/** What is remembered. */
@NullMarked
package io.oidcgrant.cache;

import org.jspecify.annotations.NullMarked;
