package io.asyncrunner;

import io.asyncrunner.spi.InPlace;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Cancels a task when a signal comes, for the time of one {@code run}; the second signal goes to the handler from before.
 *
 * <p>The JDK's only door to signals is {@code sun.misc.Signal} in the module {@code jdk.unsupported}. It is reached
 * reflectively, because that module may be missing; without it, and where the JVM or another owner refuses a signal, there
 * is none to hear, and nothing breaks.
 */
final class Signals implements AutoCloseable {
  private static final @Nullable Door DOOR = Door.open();

  private final Task<?> task;
  /** The handlers from before, by signal; guarded by this. */
  private final Map<String, Object> previous = new LinkedHashMap<>();

  private volatile @Nullable String received;

  private Signals(Task<?> task) {
    this.task = task;
  }

  /**
   * Begins to listen: to SIGINT on the JVM's main thread, and to {@code names} on any.
   *
   * @param task the task to cancel
   * @param names more signals, without {@code SIG}
   */
  static Signals cancelling(Task<?> task, List<String> names) {
    Signals signals = new Signals(task);
    if (isMainThread()) {
      signals.listen("INT");
    }
    names.forEach(signals::listen);
    return signals;
  }

  /** The thread that the JVM began with: ids differ between JDKs, but not its name and its place. */
  private static boolean isMainThread() {
    Thread thread = Thread.currentThread();
    ThreadGroup group = thread.getThreadGroup();
    return thread.getName().equals("main")
        && group != null // null once the thread has ended
        && group.getName().equals("main")
        && group.getParent() != null
        && group.getParent().getParent() == null;
  }

  private synchronized void listen(String name) {
    Door door = DOOR;
    if (door == null || previous.containsKey(name)) {
      return;
    }
    try {
      previous.put(name, door.handle(name, () -> onSignal(name)));
    } catch (IllegalArgumentException refused) {
      LoggerFactory.getLogger(Runner.class).debug("SIG{} cannot be handled in this JVM", name, refused);
    }
  }

  /** Runs on a thread that the JVM makes for each signal. */
  private void onSignal(String name) {
    synchronized (this) {
      restore(); // so that the next signal gets through to whoever handled it before
    }
    received = name;
    try {
      task.loop().execute((Runnable & InPlace) () -> {
        if (!task.isDone()) {
          task.cancel(null, new CancelledError.Source("SIG" + name, null));
        }
      });
    } catch (RejectedExecutionException closed) {
      // The run is over: nothing is left to cancel.
    }
  }

  /** The signal that came, or {@code null}. */
  @Nullable String received() {
    return received;
  }

  private void restore() {
    Door door = DOOR;
    if (door != null) {
      previous.forEach(door::restore);
      previous.clear();
    }
  }

  @Override
  public synchronized void close() {
    restore();
  }

  /** The reflective door to {@code sun.misc.Signal}. */
  private static final class Door {
    private final Class<?> handlerType;
    private final java.lang.reflect.Constructor<?> newSignal;
    private final Method handle;

    private Door() throws ReflectiveOperationException {
      Class<?> signal = Class.forName("sun.misc.Signal");
      handlerType = Class.forName("sun.misc.SignalHandler");
      newSignal = signal.getConstructor(String.class);
      handle = signal.getMethod("handle", signal, handlerType);
    }

    static @Nullable Door open() {
      try {
        return new Door();
      } catch (ReflectiveOperationException | LinkageError missing) {
        return null;
      }
    }

    /** Sets a handler and gives the one from before. */
    Object handle(String name, Runnable onSignal) {
      InvocationHandler call = (proxy, method, arguments) -> switch (method.getName()) {
        case "handle" -> {
          onSignal.run();
          yield null;
        }
        case "hashCode" -> System.identityHashCode(proxy);
        case "equals" -> arguments != null && proxy == arguments[0];
        default -> "asyncrunner's handler of SIG" + name;
      };
      return set(name, Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType}, call));
    }

    void restore(String name, Object handler) {
      set(name, handler);
    }

    private Object set(String name, Object handler) {
      try {
        return handle.invoke(null, newSignal.newInstance(name), handler);
      } catch (InvocationTargetException refused) {
        throw new IllegalArgumentException("SIG" + name, refused.getCause());
      } catch (ReflectiveOperationException impossible) {
        throw new IllegalArgumentException("SIG" + name, impossible);
      }
    }
  }
}
