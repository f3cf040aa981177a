/** JMH benchmarks. */
@NullMarked
package io.oidcgrant.benchmarks;

import org.jspecify.annotations.NullMarked;
