/** The declarative file: services and routes beside the plugins. */
@NullMarked
package io.oidcgrant.proxy.config;

import org.jspecify.annotations.NullMarked;
