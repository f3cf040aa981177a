/** How the client proves itself to the authorization server. */
@NullMarked
package io.oidcgrant.clientauth;

import org.jspecify.annotations.NullMarked;
