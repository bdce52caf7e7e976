package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.fail;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Runs each test on a platform thread of its own, which is given up when it takes too long: the failure then shows the stacks
 * of all threads, the virtual ones included, which JUnit's own timeout does not know. A test also fails if any thread of it
 * ended with an exception.
 */
final class Watchdog implements InvocationInterceptor {
  private static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("asyncrunner.test.limit", 300));

  @Override
  public void interceptTestMethod(Invocation<Void> invocation, ReflectiveInvocationContext<Method> context,
      ExtensionContext extension) throws Throwable {
    watch(invocation, extension);
  }

  @Override
  public void interceptTestTemplateMethod(Invocation<Void> invocation, ReflectiveInvocationContext<Method> context,
      ExtensionContext extension) throws Throwable {
    watch(invocation, extension);
  }

  private static void watch(Invocation<Void> invocation, ExtensionContext extension) throws Throwable {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread = new Thread(() -> {
      try {
        invocation.proceed();
      } catch (Throwable thrown) {
        failure.set(thrown);
      }
    }, "test " + extension.getDisplayName());
    thread.setDaemon(true);
    Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((where, thrown) -> uncaught.add(thrown));
    try {
      thread.start();
      if (!thread.join(LIMIT)) {
        fail("the test did not end within " + LIMIT + "; all threads:\n" + dump());
      }
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      uncaught.forEach(thrown::addSuppressed);
      throw thrown;
    }
    if (!uncaught.isEmpty()) {
      fail("a thread of the test ended with an exception", uncaught.peek());
    }
  }

  private static String dump() throws Exception {
    Path folder = Files.createTempDirectory("threads");
    Path file = folder.resolve("dump.txt");
    try {
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpThreads(file.toString(), ThreadDumpFormat.TEXT_PLAIN);
      return Files.readString(file);
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder);
    }
  }
}
