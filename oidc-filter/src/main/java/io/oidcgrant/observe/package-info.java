/** What operators see of what the filters do with their issuers. */
@NullMarked
package io.oidcgrant.observe;

import org.jspecify.annotations.NullMarked;
