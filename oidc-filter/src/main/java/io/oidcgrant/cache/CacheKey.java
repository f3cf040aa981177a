package io.oidcgrant.cache;

/**
 * A 256-bit keyed hash over everything that changes an answer; says nothing of what it was made of.
 */
public record CacheKey(long a, long b, long c, long d) {}
