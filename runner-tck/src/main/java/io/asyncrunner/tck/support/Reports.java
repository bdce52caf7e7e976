package io.asyncrunner.tck.support;

import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.ExceptionHandler;
import java.util.ArrayList;
import java.util.List;

/** An exception handler that keeps what it is told. */
public final class Reports implements ExceptionHandler {
  private final List<ExceptionContext> all = new ArrayList<>(); // guarded by this

  @Override
  public synchronized void handle(EventLoop loop, ExceptionContext context) {
    all.add(context);
  }

  /** What came since the last call. */
  public synchronized List<ExceptionContext> take() {
    List<ExceptionContext> taken = List.copyOf(all);
    all.clear();
    return taken;
  }
}
