package io.oidcgrant.examples.quickstart;

/** A reason to end, told to the user as it is. */
final class QuickstartException extends Exception {
  static final int OTHER = 1;
  static final int USAGE = 2;
  static final int PORT_TAKEN = 3;

  private static final long serialVersionUID = 1;

  private final int exitStatus;

  QuickstartException(int exitStatus, String message) {
    super(message);
    this.exitStatus = exitStatus;
  }

  int exitStatus() {
    return exitStatus;
  }
}
