package io.oidcgrant.credential;

/** Where in a request a credential stands. */
public enum Place {
  HEADER("header"),
  QUERY("query"),
  FORM("form"),
  JSON("json"),
  COOKIE("cookie");

  private final String code;

  Place(String code) {
    this.code = code;
  }

  /** Stable, lower case: for logs. */
  public String code() {
    return code;
  }
}
