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
  private int requests; // the loop's

  private Signals(Task<?> task) {
    this.task = task;
  }

  /**
   * Begins to listen: on the JVM's main thread to SIGINT, if that can be heard, and on any to {@code names}.
   *
   * @param task the task to cancel
   * @param names signals as {@link #heard} gives them
   * @param interrupt whether to listen to SIGINT
   */
  static Signals cancelling(Task<?> task, List<String> names, boolean interrupt) {
    Signals signals = new Signals(task);
    if (interrupt && isMainThread(Thread.currentThread()) && Listener.DOOR != null) {
      try {
        signals.listen("INT");
      } catch (IllegalArgumentException kept) {
        // The JVM keeps it to itself, with -Xrs: nobody has asked for it.
      }
    }
    names.forEach(signals::listen);
    return signals;
  }

  /**
   * Makes sure that signals can be heard in this JVM.
   *
   * @param names with {@code SIG} before them or without
   * @return the names without, each once
   * @throws IllegalArgumentException if there is no such signal here, or the JVM keeps it to itself
   * @throws IllegalStateException if no signal can be heard in this JVM
   */
  static List<String> heard(List<String> names) {
    if (!names.isEmpty() && Listener.DOOR == null) {
      throw new IllegalStateException(
          "handleSignals(" + String.join(", ", names) + "): no signal can be handled in this"
              + " JVM, because it has no module jdk.unsupported; add that module, or leave handleSignals out");
    }
    Set<String> heard = new LinkedHashSet<>();
    for (String name : names) {
      String bare = name.startsWith("SIG") ? name.substring(3) : name;
      try {
        Listener.of(bare).ensureCanListen();
      } catch (IllegalArgumentException refused) {
        Throwable cause = refused.getCause();
        throw new IllegalArgumentException(
            "handleSignals: " + name + " (expected a signal that can be handled in this JVM,"
                + " as TERM or HUP; it says: " + (cause == null ? "no reason" : cause.getMessage()) + ")",
            refused);
      }
      heard.add(bare);
    }
    return List.copyOf(heard);
  }

  /** From now on, has SIGINT, SIGTERM or SIGHUP end the JVM at once, with the exit status that the signal gives it. */
  static void endJvmAtOnce() {
    Door door = Listener.DOOR;
    if (door == null) {
      return; // they are ignored, as in every JVM that has begun to shut down
    }
    Map<String, Integer> numbers = Map.of("HUP", 1, "INT", 2, "TERM", 15);
    numbers.forEach((name, number) -> {
      try {
        Runnable halt = () -> Runtime.getRuntime().halt(128 + number);
        Object unused = door.handle(door.signal(name), door.handler("the end of the JVM at SIG" + name, halt));
      } catch (IllegalArgumentException kept) {
        // There is none on Windows, or the JVM keeps it to itself.
      }
    });
  }

  /** The thread that the JVM began with: ids differ between JDKs, but not its name and its place. */
  static boolean isMainThread(Thread thread) {
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
    if (!listeners.contains(listener)) {
      listener.add(this);
      List<Listener> longer = new ArrayList<>(listeners);
      longer.add(listener);
      listeners = longer;
    }
  }

  /** On a thread that the JVM makes for each signal. */
  private void onSignal(String name) {
    if (received == null) {
      received = name;
    }
    try {
      task.loop().execute((Runnable & InPlace) () -> {
        if (!task.isDone()) {
          requests++;
          task.cancel(null, new CancelledError.Source("SIG" + name, null));
        }
      });
    } catch (RejectedExecutionException closed) {
      // The run is over: nothing is left to cancel.
    }
  }

  /** The first signal that came, or {@code null}. */
  @Nullable String received() {
    return received;
  }

  /** How often the task was cancelled for signals. Once the run is over. */
  int requests() {
    return requests;
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

    /** The listener to a signal; an {@code IllegalArgumentException} if there is no such signal. Only where the door is open. */
    static Listener of(String name) {
      synchronized (ALL) {
        return ALL.computeIfAbsent(name, absent -> new Listener(door(), absent));
      }
    }

    /** Begins to tell of signals; an {@code IllegalArgumentException} if the JVM keeps this one to itself. */
    synchronized void add(Signals signals) {
      install();
      wanting.add(signals);
    }

    /** An {@code IllegalArgumentException} if the JVM keeps this signal to itself, which only trying tells. */
    synchronized void ensureCanListen() {
      install();
      if (wanting.isEmpty()) {
        restore();
      }
    }

    private void install() {
      if (previous == null) {
        previous = door().handle(signal, handler);
      }
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
      if (told.isEmpty()) { // nobody wants it any more, or it came while it was tried: it is the handler's from before
        door().raise(signal);
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
   * reflectively, because the compiler warns of it, and because that module may be missing on the class path; without it there is
   * nothing to hear.
   */
  private static final class Door {
    private final Class<?> handlerType;
    private final Constructor<?> newSignal;
    private final Method handle;
    private final Method raise;

    private Door() throws ReflectiveOperationException {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      handlerType = Class.forName("sun.misc.SignalHandler");
      newSignal = signalType.getConstructor(String.class);
      handle = signalType.getMethod("handle", signalType, handlerType);
      raise = signalType.getMethod("raise", signalType);
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

    /** Sends a signal to this JVM. */
    void raise(Object signal) {
      try {
        raise.invoke(null, signal);
      } catch (ReflectiveOperationException impossible) {
        throw new IllegalStateException(impossible);
      }
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
