package io.oidcgrant.proxy.route;

/** What becomes of a request: it goes upstream, or is answered here. */
public sealed interface Outcome permits Match, Refusal {}
