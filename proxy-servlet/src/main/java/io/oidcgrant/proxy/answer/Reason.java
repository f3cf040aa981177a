package io.oidcgrant.proxy.answer;

import java.util.Locale;

/** Why a request was answered as it was, where that was not for a plugin to decide. */
public enum Reason {
  /** By the upstream, and no plugin was asked. */
  RELAYED(0),
  /** By the upstream, but not to the end. */
  CUT_OFF(0),
  /** A token of our own was not to be had; the status is the plugin's. */
  NO_SERVICE_TOKEN(0),
  /** Before there was an answer. Nobody has seen the status. */
  CALLER_GONE(499),
  UPSTREAM_UNREACHABLE(502),
  UPSTREAM_UNUSABLE(502),
  UPSTREAM_BUSY(503),
  UPSTREAM_TIMEOUT(504),
  /** {@code Max-Forwards: 0}: what was asked of this proxy itself. */
  MAX_FORWARDS(204),
  MOVED_PERMANENTLY(301),
  FOUND(302),
  TEMPORARY_REDIRECT(307),
  PERMANENT_REDIRECT(308),
  BAD_REQUEST(400),
  NO_ROUTE(404),
  METHOD_NOT_ALLOWED(405),
  REQUEST_TIMEOUT(408),
  BODY_TOO_LARGE(413),
  TARGET_TOO_LONG(414),
  NOT_GRPC(415),
  EXPECTATION_FAILED(417),
  MISDIRECTED(421),
  UPGRADE_REQUIRED(426),
  HEADERS_TOO_LARGE(431),
  SERVER_ERROR(500),
  NOT_IMPLEMENTED(501),
  UNAVAILABLE(503),
  VERSION_NOT_SUPPORTED(505),
  /** With any other status. */
  OTHER(0);

  private final int status;

  Reason(int status) {
    this.status = status;
  }

  /** Stable, lower case with underscores: for logs. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one that it goes with; 0 where others decide. */
  public int status() {
    return status;
  }

  /** Of an answer of ours. */
  public static Reason ofStatus(int status) {
    return switch (status) {
      case 0 -> CALLER_GONE;
      case 204 -> MAX_FORWARDS;
      case 301 -> MOVED_PERMANENTLY;
      case 302 -> FOUND;
      case 307 -> TEMPORARY_REDIRECT;
      case 308 -> PERMANENT_REDIRECT;
      case 400 -> BAD_REQUEST;
      case 404 -> NO_ROUTE;
      case 405 -> METHOD_NOT_ALLOWED;
      case 408 -> REQUEST_TIMEOUT;
      case 413 -> BODY_TOO_LARGE;
      case 414 -> TARGET_TOO_LONG;
      case 415 -> NOT_GRPC;
      case 417 -> EXPECTATION_FAILED;
      case 421 -> MISDIRECTED;
      case 426 -> UPGRADE_REQUIRED;
      case 431 -> HEADERS_TOO_LARGE;
      case 500 -> SERVER_ERROR;
      case 501 -> NOT_IMPLEMENTED;
      case 503 -> UNAVAILABLE;
      case 505 -> VERSION_NOT_SUPPORTED;
      default -> OTHER;
    };
  }
}
