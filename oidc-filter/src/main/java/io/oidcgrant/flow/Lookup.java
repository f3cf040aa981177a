package io.oidcgrant.flow;

/** What a look for remembered tokens came to. */
public enum Lookup {
  HIT("hit"),
  /** The issuer was asked. */
  MISS("miss"),
  /** The issuer was being asked already, for somebody else. */
  JOINED("joined");

  private final String code;

  Lookup(String code) {
    this.code = code;
  }

  /** Stable, lower case: for logs. */
  public String code() {
    return code;
  }
}
