/** May this caller pass here: the rules of one route on the claims of one token. */
@NullMarked
package io.oidcgrant.authorize;

import org.jspecify.annotations.NullMarked;
