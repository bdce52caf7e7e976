package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.OutputStreamAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Run by {@link Log4jTest} in a JVM whose SLF4J has Log4j as its provider. */
class Log4jRules extends LoggingRules {
  private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
  private final LoggerConfig root = context.getConfiguration().getRootLogger();
  private OutputStreamAppender appender;

  @Override
  void attach() {
    appender = OutputStreamAppender.newBuilder()
        .setName("gated")
        .setTarget(stream)
        .setLayout(PatternLayout.newBuilder().setPattern("%m %equals{%X{user}}{}{null}%n").build())
        .build();
    appender.start();
    root.addAppender(appender, null, null);
    Configurator.setLevel("libraries", Level.INFO);
  }

  @Override
  void detach() {
    root.removeAppender("gated");
    appender.stop();
  }

  @Test
  void provider_ofThisJvm_isLog4j() {
    assertThat(LoggerFactory.getILoggerFactory().getClass().getName()).startsWith("org.apache.logging.slf4j");
  }
}
