/** The answers that the proxy writes itself. */
@NullMarked
package io.oidcgrant.proxy.answer;

import org.jspecify.annotations.NullMarked;
