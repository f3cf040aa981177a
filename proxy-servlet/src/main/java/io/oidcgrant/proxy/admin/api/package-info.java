/** Kong's Admin API over the configuration that is in force: what there is, to read. */
@NullMarked
package io.oidcgrant.proxy.admin.api;

import org.jspecify.annotations.NullMarked;
