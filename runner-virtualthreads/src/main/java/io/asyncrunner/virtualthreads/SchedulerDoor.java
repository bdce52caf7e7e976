package io.asyncrunner.virtualthreads;

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

  private static final @Nullable String CLOSED_REASON;
  private static final @Nullable MethodHandle NEW_THREAD; // (Executor, String, int, Runnable) -> Thread
  private static final @Nullable MethodHandle SCHEDULER; // (Thread) -> Executor
  private static final @Nullable Executor DEFAULT_SCHEDULER;

  static {
    String reason = null;
    MethodHandle newThread = null;
    MethodHandle scheduler = null;
    Executor defaultScheduler = null;
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
      Class<?> builders = lookup.findClass("java.lang.ThreadBuilders");
      Class<?> virtualThread = lookup.findClass("java.lang.VirtualThread");
      newThread = lookup.findStatic(builders, "newVirtualThread",
          MethodType.methodType(Thread.class, Executor.class, String.class, int.class, Runnable.class));
      scheduler = MethodHandles.privateLookupIn(virtualThread, MethodHandles.lookup())
          .findGetter(virtualThread, "scheduler", Executor.class)
          .asType(MethodType.methodType(Executor.class, Thread.class));
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
    DEFAULT_SCHEDULER = defaultScheduler;
  }

  private SchedulerDoor() {}

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
