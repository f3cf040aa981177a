package io.oidcgrant.proxy.admin.api;

/** What keeps a write from being done. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final transient Answer answer;

  RefusedException(Answer answer) {
    super("refused", null, false, false);
    this.answer = answer;
  }

  Answer answer() {
    return answer;
  }
}
