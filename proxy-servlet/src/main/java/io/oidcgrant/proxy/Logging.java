package io.oidcgrant.proxy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** The log: everything to standard error, in one format. */
final class Logging {
  /** They print headers, and with them tokens, when they are asked for details. */
  private static final List<String> CAPPED =
      List.of("org.eclipse.jetty", "jdk.internal.httpclient");

  /**
   * They write what any caller sent, once for each malformed request: it is answered, that is all.
   */
  private static final List<String> CALLERS =
      List.of("org.eclipse.jetty.http.HttpParser", "org.eclipse.jetty.util.HostPort");

  /** The logger of the access log. */
  static final String ACCESS = "access";

  private Logging() {}

  enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  enum LogFormat {
    PLAIN,
    JSON;

    /** As it is written on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static void setUp(LogLevel level, LogFormat format) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    Level wanted = Level.toLevel(level.name());
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(wanted);
    QueuedAppender queue =
        new QueuedAppender(appender(context, format == LogFormat.JSON ? json() : plain()));
    queue.setContext(context);
    queue.start();
    root.addAppender(queue);
    access(context);
    // Jetty tells at INFO that it starts, which is not news.
    Level capped = wanted.isGreaterOrEqual(Level.WARN)
        ? wanted
        : wanted == Level.INFO ? Level.WARN : Level.INFO;
    CAPPED.forEach(name -> context.getLogger(name).setLevel(capped));
    CALLERS.forEach(name -> context.getLogger(name).setLevel(Level.ERROR));
  }

  /** Writes what has been logged, if that takes no more than a second. */
  static void flush() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).detachAndStopAllAppenders();
  }

  /** Its lines come whole, and by a thread of their own; whoever wants none does not write them. */
  private static void access(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setPattern("%msg%n");
    Logger access = context.getLogger(ACCESS);
    access.setLevel(Level.INFO);
    access.setAdditive(false);
    access.addAppender(appender(context, encoder));
  }

  private static Appender<ILoggingEvent> appender(
      LoggerContext context, Encoder<ILoggingEvent> encoder) {
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }

  private static Encoder<ILoggingEvent> json() {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setWithArguments(false);
    encoder.setWithContext(false);
    encoder.setWithFormattedMessage(true);
    encoder.setWithMessage(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithSequenceNumber(false);
    return encoder;
  }

  private static Encoder<ILoggingEvent> plain() {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} %msg%n%ex");
    return encoder;
  }
}
