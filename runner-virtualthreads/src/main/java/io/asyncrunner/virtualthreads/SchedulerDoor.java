package io.asyncrunner.virtualthreads;

import io.asyncrunner.Context;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The one door to the scheduler of virtual threads: what JDK 25 has for that is package-private in {@code java.lang}, and
 * reached with method handles, which takes {@code --add-opens}. Checked when the class is initialised; where it is closed,
 * {@link #closedReason()} says how to open it, and nothing else here may be called.
 */
final class SchedulerDoor {
  /** The flag of {@code Thread} that keeps a new thread from taking over inheritable thread-locals. */
  private static final int NO_INHERIT_THREAD_LOCALS = 1 << 2;

  /** Enough, and no more: the stack of a thread that has ended is given to the next one, which may want a small one. */
  private static final long POLLER_STARTER_STACK = 256 * 1024;

  private static final MethodType NEW_FIBER_TYPE = MethodType.methodType(ConfinedFiber.class, ConfinedFibers.class,
      Runnable.class, String.class, Context.class, boolean.class);

  private static final @Nullable String CLOSED_REASON;
  private static final @Nullable MethodHandle NEW_THREAD; // (Executor, String, int, Runnable) -> Thread
  private static final @Nullable MethodHandle SCHEDULER; // (Thread) -> Executor
  private static final @Nullable MethodHandle CONTINUATION; // (Thread) -> Runnable
  private static final @Nullable MethodHandle NEW_FIBER; // the constructor of the hidden class
  private static final @Nullable Executor DEFAULT_SCHEDULER;

  static {
    String reason = null;
    MethodHandle newThread = null;
    MethodHandle scheduler = null;
    MethodHandle continuation = null;
    MethodHandle newFiber = null;
    Executor defaultScheduler = null;
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
      Class<?> builders = lookup.findClass("java.lang.ThreadBuilders");
      Class<?> virtualThread = lookup.findClass("java.lang.VirtualThread");
      newThread = lookup.findStatic(builders, "newVirtualThread",
          MethodType.methodType(Thread.class, Executor.class, String.class, int.class, Runnable.class));
      MethodHandles.Lookup fields = MethodHandles.privateLookupIn(virtualThread, MethodHandles.lookup());
      scheduler = fields.findGetter(virtualThread, "scheduler", Executor.class)
          .asType(MethodType.methodType(Executor.class, Thread.class));
      continuation = fields.findGetter(virtualThread, "runContinuation", Runnable.class)
          .asType(MethodType.methodType(Runnable.class, Thread.class));
      newFiber = hiddenFiber();
      defaultScheduler = (Executor) lookup
          .findStatic(virtualThread, "defaultScheduler", MethodType.methodType(Executor.class))
          .invoke();
      // Some platforms have virtual threads without continuations; they refuse a scheduler.
      Thread probe = (Thread) newThread.invoke(defaultScheduler, (String) null, NO_INHERIT_THREAD_LOCALS,
          (Runnable) () -> {});
      Objects.requireNonNull(probe);
    } catch (IllegalAccessException closed) {
      Module own = SchedulerDoor.class.getModule();
      reason = "they would be confined to the loop's thread, and faster, with the flag --add-opens java.base/java.lang="
          + (own.isNamed() ? own.getName() : "ALL-UNNAMED")
          + " (in an executable jar: the manifest attribute Add-Opens: java.base/java.lang)";
    } catch (Throwable unknown) {
      reason = "this JDK (" + Runtime.version() + ") has no way to confine virtual threads that the library knows: "
          + unknown;
    }
    CLOSED_REASON = reason;
    NEW_THREAD = newThread;
    SCHEDULER = scheduler;
    CONTINUATION = continuation;
    NEW_FIBER = newFiber;
    DEFAULT_SCHEDULER = defaultScheduler;
  }

  private SchedulerDoor() {}

  /** Makes a hidden class of {@link ScheduledFiber}, and gives its constructor. */
  private static MethodHandle hiddenFiber() throws IOException, ReflectiveOperationException {
    byte[] classFile;
    try (InputStream input = SchedulerDoor.class.getResourceAsStream(ScheduledFiber.class.getSimpleName() + ".class")) {
      classFile = Objects.requireNonNull(input, "the class file of ScheduledFiber").readAllBytes();
    }
    MethodHandles.Lookup hidden = MethodHandles.lookup().defineHiddenClass(classFile, true);
    return hidden
        .findConstructor(hidden.lookupClass(), MethodType.methodType(void.class, NEW_FIBER_TYPE.parameterList()))
        .asType(NEW_FIBER_TYPE);
  }

  /** Why virtual threads cannot be given a scheduler here, and what to do; {@code null} if they can. */
  static @Nullable String closedReason() {
    return CLOSED_REASON;
  }

  /** A new virtual thread, not started. */
  static Thread newThread(Executor scheduler, @Nullable String name, boolean inherit, Runnable body) {
    try {
      return (Thread) Objects.requireNonNull(NEW_THREAD)
          .invokeExact(scheduler, name, inherit ? 0 : NO_INHERIT_THREAD_LOCALS, body);
    } catch (Throwable thrown) {
      throw sneaky(thrown);
    }
  }

  /** The scheduler of a virtual thread. */
  static Executor schedulerOf(Thread virtualThread) {
    try {
      return (Executor) Objects.requireNonNull(SCHEDULER).invokeExact(virtualThread);
    } catch (Throwable thrown) {
      throw sneaky(thrown);
    }
  }

  /** What the JDK hands to the scheduler of a virtual thread to have the thread go on; the same object each time. */
  static Runnable continuationOf(Thread virtualThread) {
    try {
      return (Runnable) Objects.requireNonNull(CONTINUATION).invokeExact(virtualThread);
    } catch (Throwable thrown) {
      throw sneaky(thrown);
    }
  }

  /** A fiber whose class agents do not change. */
  static ConfinedFiber newFiber(ConfinedFibers fibers, Runnable body, @Nullable String name, Context context,
      boolean inherit) {
    try {
      return (ConfinedFiber) Objects.requireNonNull(NEW_FIBER).invokeExact(fibers, body, name, context, inherit);
    } catch (Throwable thrown) {
      throw sneaky(thrown);
    }
  }

  /**
   * Has the JDK start its socket pollers, unless it has. They are virtual threads, for ever, and get the scheduler of the thread that
   * first waits for a socket: if that is a fiber, it is kept for ever, with its class, whose loader may be that of an application
   * that is to be unloaded. On a platform thread they get the JDK's.
   */
  static void startPollers() {
    Thread starter = new Thread(null, () -> {
      try {
        Class.forName("sun.nio.ch.Poller", true, null); // initialising it is what starts them
      } catch (ClassNotFoundException | LinkageError none) {
        // Another JDK, or one that cannot: all that is lost is some memory.
      }
    }, "asyncrunner-pollers", POLLER_STARTER_STACK, false);
    starter.setContextClassLoader(null);
    starter.start();
    boolean interrupted = false;
    while (starter.isAlive()) {
      try {
        starter.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The JDK's own scheduler of virtual threads. */
  static Executor defaultScheduler() {
    return Objects.requireNonNull(DEFAULT_SCHEDULER);
  }

  /** What the handles throw is unchecked, or an error. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> RuntimeException sneaky(Throwable throwable) throws X {
    throw (X) throwable;
  }
}
