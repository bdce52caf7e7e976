package io.asyncrunner;

import io.asyncrunner.spi.InPlace;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Cancels a task when a signal comes, for the time of one {@code run}; the second signal goes to the handler from before.
 *
 * <p>Signals belong to the JVM, so all runs that want one share a {@link Listener}: the first installs it, the first signal or
 * the end of the last run puts back the handler from before.
 */
final class Signals implements AutoCloseable {
  private final Task<?> task;
  private List<Listener> listeners = List.of();
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
    if (!thread.getName().equals("main")) {
      return false;
    }
    ThreadGroup group = thread.getThreadGroup();
    return group != null // null once the thread has ended
        && group.getName().equals("main")
        && group.getParent() != null
        && group.getParent().getParent() == null;
  }

  private void listen(String name) {
    Listener listener = Listener.of(name);
    if (listener != null && !listeners.contains(listener) && listener.add(this)) {
      List<Listener> longer = new ArrayList<>(listeners);
      longer.add(listener);
      listeners = longer;
    }
  }

  /** On a thread that the JVM makes for each signal. */
  private void onSignal(String name) {
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

  @Override
  public void close() {
    for (Listener listener : listeners) {
      listener.remove(this);
    }
  }

  /** One signal, and who wants to hear it. */
  private static final class Listener {
    private static final @Nullable Door DOOR = Door.open();
    private static final Map<String, Listener> ALL = new HashMap<>(); // guarded by itself

    private final String name;
    private final Object signal;
    private final Object handler;

    // Guarded by this.
    private final Set<Signals> wanting = new LinkedHashSet<>();
    private @Nullable Object previous; // the handler from before, while ours is installed

    private Listener(Door door, String name) {
      this.name = name;
      this.signal = door.signal(name);
      this.handler = door.handler("asyncrunner's handler of SIG" + name, this::onSignal);
    }

    /** The listener to a signal; {@code null} where that cannot be heard. */
    static @Nullable Listener of(String name) {
      Door door = DOOR;
      if (door == null) {
        return null;
      }
      synchronized (ALL) {
        try {
          return ALL.computeIfAbsent(name, absent -> new Listener(door, absent));
        } catch (IllegalArgumentException unknown) {
          LoggerFactory.getLogger(Runner.class).warn("there is no SIG{} here, so it is not handled", name, unknown);
          return null;
        }
      }
    }

    /** Begins to tell of signals; false if the JVM keeps this one to itself. */
    synchronized boolean add(Signals signals) {
      if (previous == null) {
        try {
          previous = door().handle(signal, handler);
        } catch (IllegalArgumentException refused) {
          LoggerFactory.getLogger(Runner.class).debug("SIG{} cannot be handled in this JVM", name, refused);
          return false;
        }
      }
      return wanting.add(signals);
    }

    synchronized void remove(Signals signals) {
      wanting.remove(signals);
      if (wanting.isEmpty()) {
        restore();
      }
    }

    private void onSignal() {
      List<Signals> told;
      synchronized (this) {
        restore(); // so that the next signal gets through to whoever handled it before
        told = List.copyOf(wanting);
        wanting.clear();
      }
      told.forEach(signals -> signals.onSignal(name));
    }

    /** Puts back the handler from before, unless somebody has replaced ours meanwhile. */
    private void restore() {
      Object before = previous;
      if (before != null) {
        previous = null;
        Object replaced = door().handle(signal, before);
        if (replaced != handler) {
          door().handle(signal, replaced);
        }
      }
    }

    private static Door door() {
      return Objects.requireNonNull(DOOR);
    }
  }

  /**
   * The one door to {@code sun.misc.Signal}, in the module {@code jdk.unsupported}: the JDK has no other for signals. Reached
   * reflectively, because that module may be missing; without it there is nothing to hear, and nothing breaks.
   */
  private static final class Door {
    private final Class<?> handlerType;
    private final Constructor<?> newSignal;
    private final Method handle;

    private Door() throws ReflectiveOperationException {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      handlerType = Class.forName("sun.misc.SignalHandler");
      newSignal = signalType.getConstructor(String.class);
      handle = signalType.getMethod("handle", signalType, handlerType);
    }

    static @Nullable Door open() {
      try {
        return new Door();
      } catch (ReflectiveOperationException | LinkageError missing) {
        return null;
      }
    }

    /** The signal of a name; an {@code IllegalArgumentException} if there is none. */
    Object signal(String name) {
      return call(() -> newSignal.newInstance(name));
    }

    /** A handler that can be installed. */
    Object handler(String description, Runnable onSignal) {
      InvocationHandler calls = (proxy, method, arguments) -> switch (method.getName()) {
        case "handle" -> {
          onSignal.run();
          yield null;
        }
        case "hashCode" -> System.identityHashCode(proxy);
        case "equals" -> arguments != null && proxy == arguments[0];
        default -> description;
      };
      return Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType}, calls);
    }

    /** Installs a handler and gives the one from before; an {@code IllegalArgumentException} if the JVM refuses. */
    Object handle(Object signal, Object handler) {
      return call(() -> handle.invoke(null, signal, handler));
    }

    private interface Reflective {
      Object call() throws ReflectiveOperationException;
    }

    private static Object call(Reflective reflective) {
      try {
        return reflective.call();
      } catch (InvocationTargetException refused) {
        throw new IllegalArgumentException(refused.getCause());
      } catch (ReflectiveOperationException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }
}
