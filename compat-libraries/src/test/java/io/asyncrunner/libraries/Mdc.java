package io.asyncrunner.libraries;

import io.asyncrunner.ContextPropagator;
import io.asyncrunner.Coroutine;
import java.util.Map;
import org.slf4j.MDC;

/** Carries SLF4J's MDC to where tasks and threads run. */
final class Mdc implements ContextPropagator {
  @Override
  public Snapshot capture() {
    Map<String, String> captured = MDC.getCopyOfContextMap();
    return new Snapshot() {
      @Override
      public <T, X extends Throwable> T run(Coroutine<T, X> body) throws X, InterruptedException {
        Map<String, String> before = MDC.getCopyOfContextMap();
        set(captured);
        try {
          return body.run();
        } finally {
          set(before);
        }
      }
    };
  }

  private static void set(Map<String, String> map) {
    if (map == null) {
      MDC.clear();
    } else {
      MDC.setContextMap(map);
    }
  }
}
