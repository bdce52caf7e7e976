package io.asyncrunner.tck.mutants;

import io.asyncrunner.core.EventLoops;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.EventLoopTck;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/** The kit as bin/mutants runs it. Not named as a test: elsewhere these loops are held against it already. */
@ExtendWith(MutantsKit.Finding.class)
class MutantsKit extends EventLoopTck {
  @Override
  protected LoopEngine newEventLoop(Ticker ticker) {
    return EventLoops.of(EventLoops.parkingPoller(), PlatformThreadLoops.fibers(), ticker);
  }

  /**
   * PIT's plugin for JUnit finds tests by running them all, in each JVM that it starts, which is one for each mutant that hangs: most of
   * the time would go there. So in those JVMs each test does nothing the first time.
   */
  static final class Finding implements InvocationInterceptor {
    private static final boolean FINDS_FIRST = System.getProperty("sun.java.command", "")
        .contains("MutationTestMinion");

    private static final Set<String> FOUND = ConcurrentHashMap.newKeySet();

    @Override
    public void interceptTestMethod(Invocation<Void> invocation,
        ReflectiveInvocationContext<Method> method, ExtensionContext context) throws Throwable {
      if (FINDS_FIRST && FOUND.add(context.getUniqueId())) {
        invocation.skip();
      } else {
        invocation.proceed();
      }
    }
  }
}
