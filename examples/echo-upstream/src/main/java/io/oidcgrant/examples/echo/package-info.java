/** An upstream that answers what it was asked. */
@NullMarked
package io.oidcgrant.examples.echo;

import org.jspecify.annotations.NullMarked;
