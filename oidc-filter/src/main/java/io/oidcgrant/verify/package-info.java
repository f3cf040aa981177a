/** Is a token what it says it is. */
@NullMarked
package io.oidcgrant.verify;

import org.jspecify.annotations.NullMarked;
