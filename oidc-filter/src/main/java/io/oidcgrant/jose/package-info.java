/** Signing and checking with JSON Web Keys, where Nimbus needs help. */
@NullMarked
package io.oidcgrant.jose;

import org.jspecify.annotations.NullMarked;
