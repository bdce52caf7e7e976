package io.asyncrunner.internal;

import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPLoggerFactory;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Where the library reports: to SLF4J, and where that has no provider to {@link System.Logger}, whose default prints warnings and
 * errors on the standard error output. SLF4J would drop them, and an exception that nobody awaited would be gone for good.
 *
 * <p>Who has put a provider there that drops everything, as {@code slf4j-nop} does, has decided so.
 */
public final class Loggers {
  private static final boolean SLF4J_DROPS_ALL = LoggerFactory.getILoggerFactory() instanceof NOPLoggerFactory
      && System.getProperty("slf4j.provider") == null
      && !hasProvider();

  private Loggers() {}

  /** Looks for a provider as SLF4J does, without making one. */
  private static boolean hasProvider() {
    try {
      return ServiceLoader.load(SLF4JServiceProvider.class, LoggerFactory.class.getClassLoader())
          .stream()
          .findAny()
          .isPresent();
    } catch (ServiceConfigurationError | LinkageError unusable) {
      return false;
    }
  }

  /**
   * The logger of a name.
   *
   * @param name the name, of a package or a class
   * @return SLF4J's, or one that writes to {@code System.Logger}
   */
  public static Logger get(String name) {
    return SLF4J_DROPS_ALL ? new SystemLogger(name) : LoggerFactory.getLogger(name);
  }

  private static final class SystemLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1L;

    private final transient System.Logger target;

    SystemLogger(String name) {
      this.name = name;
      this.target = System.getLogger(name);
    }

    @Override
    protected void handleNormalizedLoggingCall(Level level, @Nullable Marker marker, String pattern,
        Object @Nullable [] arguments, @Nullable Throwable thrown) {
      target.log(systemLevel(level), MessageFormatter.basicArrayFormat(pattern, arguments), thrown);
    }

    private static System.Logger.Level systemLevel(Level level) {
      return switch (level) {
        case ERROR -> System.Logger.Level.ERROR;
        case WARN -> System.Logger.Level.WARNING;
        case INFO -> System.Logger.Level.INFO;
        case DEBUG -> System.Logger.Level.DEBUG;
        case TRACE -> System.Logger.Level.TRACE;
      };
    }

    private boolean isOn(Level level) {
      return target.isLoggable(systemLevel(level));
    }

    @Override
    public boolean isErrorEnabled() {
      return isOn(Level.ERROR);
    }

    @Override
    public boolean isWarnEnabled() {
      return isOn(Level.WARN);
    }

    @Override
    public boolean isInfoEnabled() {
      return isOn(Level.INFO);
    }

    @Override
    public boolean isDebugEnabled() {
      return isOn(Level.DEBUG);
    }

    @Override
    public boolean isTraceEnabled() {
      return isOn(Level.TRACE);
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
      return null;
    }
  }
}
