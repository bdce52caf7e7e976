package io.asyncrunner.compat.programs;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.OutputStream;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Has what the library and the programs log go nowhere, through an appender with the lock that they all have: the log is part
 * of what programs use, and is of no interest.
 */
final class Logs implements AutoCloseable {
  static final org.slf4j.Logger LOG = LoggerFactory.getLogger("asyncrunner.programs");

  private final List<Logger> loggers = List.of(
      (Logger) LoggerFactory.getLogger("asyncrunner"), (Logger) LoggerFactory.getLogger("io.asyncrunner"));
  private final OutputStreamAppender<ILoggingEvent> nowhere = new OutputStreamAppender<>();

  Logs() {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(loggers.get(0).getLoggerContext());
    encoder.setPattern("%level %msg%n");
    encoder.start();
    nowhere.setContext(loggers.get(0).getLoggerContext());
    nowhere.setEncoder(encoder);
    nowhere.setOutputStream(OutputStream.nullOutputStream());
    nowhere.start();
    for (Logger logger : loggers) {
      logger.addAppender(nowhere);
      logger.setAdditive(false);
    }
  }

  @Override
  public void close() {
    for (Logger logger : loggers) {
      logger.detachAppender(nowhere);
      logger.setAdditive(true);
    }
    nowhere.stop();
  }
}
