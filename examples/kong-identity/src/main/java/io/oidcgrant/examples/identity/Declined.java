package io.oidcgrant.examples.identity;

/** A request that is answered with an error. */
abstract sealed class Declined extends RuntimeException permits Problem, Refusal {
  private static final long serialVersionUID = 1L;

  Declined(String reason) {
    super(reason);
  }

  /** Why; holds nothing secret. */
  final String reason() {
    return String.valueOf(getMessage());
  }

  abstract Answer answer();
}
