/** What operators may ask: is it alive, is it ready. */
@NullMarked
package io.oidcgrant.proxy.admin;

import org.jspecify.annotations.NullMarked;
