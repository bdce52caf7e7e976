package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogbackTest extends LoggingRules {
  private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
  private final Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();

  @Override
  void attach() {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%m %X{user:-null}%n");
    encoder.start();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.setOutputStream(stream);
    appender.start();
    context.getLogger("libraries").setLevel(Level.INFO);
    root.getAppender("OUT").stop(); // expected errors are not for the build's log
    root.addAppender(appender);
  }

  @Override
  void detach() {
    root.detachAppender(appender);
    appender.stop();
    root.getAppender("OUT").start();
  }

  @Test
  void provider_ofThisJvm_isLogback() {
    assertThat(LoggerFactory.getILoggerFactory().getClass().getName()).startsWith("ch.qos.logback");
  }
}
