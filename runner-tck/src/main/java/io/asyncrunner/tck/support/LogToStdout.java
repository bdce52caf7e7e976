package io.asyncrunner.tck.support;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/** A logging backend for JVMs that tests start: a line on the standard output for each event from INFO upwards. */
public final class LogToStdout implements SLF4JServiceProvider {
  /** Have SLF4J take this one, whichever others there are, and say nothing about that. */
  static final List<String> FLAGS = List.of("-Dslf4j.provider=" + LogToStdout.class.getName(),
      "-Dslf4j.internal.verbosity=WARN");

  /** What was logged so far. */
  static final List<String> LINES = new CopyOnWriteArrayList<>();

  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter mdc = new NOPMDCAdapter();

  @Override
  public ILoggerFactory getLoggerFactory() {
    return name -> new ToStdout();
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return mdc;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0.99";
  }

  @Override
  public void initialize() {}

  private static final class ToStdout extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean isTraceEnabled() {
      return false;
    }

    @Override
    public boolean isDebugEnabled() {
      return false;
    }

    @Override
    public boolean isInfoEnabled() {
      return true;
    }

    @Override
    public boolean isWarnEnabled() {
      return true;
    }

    @Override
    public boolean isErrorEnabled() {
      return true;
    }

    @Override
    @SuppressWarnings("NullAway") // SLF4J allows it
    protected String getFullyQualifiedCallerName() {
      return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(Level level, @Nullable Marker marker, String message,
        Object @Nullable [] arguments, @Nullable Throwable thrown) {
      String text = MessageFormatter.basicArrayFormat(message, arguments);
      String line = level + ": " + text.lines().findFirst().orElse("") + (thrown == null ? "" : " <- " + thrown);
      System.out.println(line);
      System.out.flush();
      LINES.add(line);
    }
  }
}
