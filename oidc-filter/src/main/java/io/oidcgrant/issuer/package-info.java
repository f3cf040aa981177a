/** Who the issuer is: its metadata and its keys. */
@NullMarked
package io.oidcgrant.issuer;

import org.jspecify.annotations.NullMarked;
