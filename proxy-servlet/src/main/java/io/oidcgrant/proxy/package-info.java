/** The executable: command line, logging, signals. */
@NullMarked
package io.oidcgrant.proxy;

import org.jspecify.annotations.NullMarked;
