package io.asyncrunner.compat.conformance;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;

/**
 * Sends this JVM a signal, and catches it where no Runner does, so that it does not end the tests. Runners are told to
 * handle it, because tests may be run on any thread; that they handle SIGINT unasked on the main one is shown by {@link
 * SignalsTest}.
 *
 * <p>{@code sun.misc.Signal} is reached reflectively: the compiler has a warning about it that cannot be switched off.
 */
final class SelfSignal implements AutoCloseable {
  private final String name;
  private final Object handler;
  private final Object previous;
  private final CompletableFuture<Void> passedOn = new CompletableFuture<>();

  private SelfSignal(String name) {
    this.name = name;
    this.handler = newHandler();
    this.previous = handle(name, handler);
  }

  /** Installs a handler that catches a signal. */
  static SelfSignal catching(String name) {
    SelfSignal signal = new SelfSignal(name);
    boolean installed = handle(name, signal.handler) == signal.handler;
    assumeTrue(installed, "SIG" + name
        + " is ignored in this JVM, for example because a shell without job control started it in the background");
    return signal;
  }

  /** Sends the signal. It is handled soon, on a thread of its own. */
  void raise() {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      type.getMethod("raise", type).invoke(null, signal(name));
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("cannot raise SIG" + name, impossible);
    }
  }

  /** Done once the signal has come to the handler that was there before any Runner's. */
  CompletableFuture<Void> passedOn() {
    return passedOn;
  }

  @Override
  public void close() {
    Object found = handle(name, previous);
    assertSame(handler, found, "the handler that was there before the Runner's");
  }

  private Object newHandler() {
    try {
      Class<?> type = Class.forName("sun.misc.SignalHandler");
      return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
        switch (method.getName()) {
          case "handle" -> passedOn.complete(null);
          case "equals" -> {
            return proxy == arguments[0];
          }
          case "hashCode" -> {
            return System.identityHashCode(proxy);
          }
          default -> {
            return "the handler of a test";
          }
        }
        return null;
      });
    } catch (ClassNotFoundException missing) {
      throw new LinkageError("no signals", missing);
    }
  }

  private static Object signal(String name) throws ReflectiveOperationException {
    return Class.forName("sun.misc.Signal").getConstructor(String.class).newInstance(name);
  }

  /** Installs a handler and gives the one before. */
  private static Object handle(String name, Object handler) {
    try {
      Object signal = signal(name);
      Method handle = signal.getClass().getMethod("handle", signal.getClass(), Class.forName("sun.misc.SignalHandler"));
      return handle.invoke(null, signal, handler);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("cannot handle SIG" + name, impossible);
    }
  }
}
