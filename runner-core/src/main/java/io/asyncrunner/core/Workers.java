package io.asyncrunner.core;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The default executor of a loop, if none is set: begins whatever it is given at once, so that no call waits for another.
 *
 * <p>Up to {@value #PLATFORM_THREADS} calls at a time run on platform threads, which are kept for a while and used again. Those beyond
 * run on virtual threads where there are any (Java 21), else on further platform threads. Platform threads come first because what is
 * sent here is what a virtual thread does badly: files, native code and computations hold its carrier, and there are as many carriers
 * as processors. See {@code docs/adr/0002-threads-for-what-blocks.md}.
 */
final class Workers extends AbstractExecutorService {
  static final int PLATFORM_THREADS = 256;

  private static final long KEEP_ALIVE_SECONDS = 10;
  private static final @Nullable ThreadFactory VIRTUAL_THREADS = virtualThreads();

  private final AtomicInteger number = new AtomicInteger();
  private final ThreadPoolExecutor platform;
  private final @Nullable ExecutorService virtual; // null: there are none, and the platform threads have no bound
  private final Set<Thread> busy = ConcurrentHashMap.newKeySet();

  Workers() {
    virtual = VIRTUAL_THREADS == null ? null : threadPerTask(body -> named(VIRTUAL_THREADS.newThread(body)));
    platform = new ThreadPoolExecutor(0, virtual == null ? Integer.MAX_VALUE : PLATFORM_THREADS, KEEP_ALIVE_SECONDS,
        TimeUnit.SECONDS, new SynchronousQueue<>(), body -> {
          Thread thread = named(new Thread(null, body, "", 0, false));
          thread.setDaemon(true);
          return thread;
        });
  }

  private Thread named(Thread thread) {
    thread.setName("asyncrunner-worker-" + number.incrementAndGet());
    return thread;
  }

  /** The threads that run something; a moment's state. */
  List<Thread> busy() {
    return List.copyOf(busy);
  }

  @Override
  public void execute(Runnable command) {
    Runnable tracked = () -> {
      Thread thread = Thread.currentThread();
      try {
        busy.add(thread);
      } catch (OutOfMemoryError untracked) {
        // It runs all the same: somebody waits for it.
      }
      try {
        command.run();
      } finally {
        busy.remove(thread);
      }
    };
    try {
      platform.execute(tracked);
    } catch (RejectedExecutionException | OutOfMemoryError noThread) { // all are busy, or the system gives no more of them
      if (virtual == null) {
        throw noThread;
      }
      virtual.execute(tracked);
    }
  }

  @Override
  public void shutdown() {
    platform.shutdown();
    if (virtual != null) {
      virtual.shutdown();
    }
  }

  @Override
  public List<Runnable> shutdownNow() {
    List<Runnable> notBegun = new ArrayList<>(platform.shutdownNow());
    if (virtual != null) {
      notBegun.addAll(virtual.shutdownNow());
    }
    return notBegun;
  }

  @Override
  public boolean isShutdown() {
    return platform.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return platform.isTerminated() && (virtual == null || virtual.isTerminated());
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    long began = System.nanoTime();
    long nanos = unit.toNanos(timeout);
    return platform.awaitTermination(nanos, TimeUnit.NANOSECONDS) && (virtual == null
        || virtual.awaitTermination(nanos - (System.nanoTime() - began), TimeUnit.NANOSECONDS));
  }

  @Override
  public String toString() {
    return "Workers[busy=" + busy.size() + "]";
  }

  // --- public API of Java 21, for which this module is not compiled ---

  /** {@code Thread.ofVirtual().inheritInheritableThreadLocals(false).factory()}, or {@code null} before Java 21. */
  private static @Nullable ThreadFactory virtualThreads() {
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    try {
      Class<?> virtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object builder = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(virtual)).invoke();
      builder = lookup
          .findVirtual(virtual, "inheritInheritableThreadLocals", MethodType.methodType(virtual, boolean.class))
          .invoke(builder, false);
      return (ThreadFactory) lookup.findVirtual(virtual, "factory", MethodType.methodType(ThreadFactory.class))
          .invoke(builder);
    } catch (Throwable absent) { // or a preview, in Java 19 and 20
      return null;
    }
  }

  private static ExecutorService threadPerTask(ThreadFactory factory) {
    try {
      MethodHandle maker = MethodHandles.publicLookup()
          .findStatic(Executors.class, "newThreadPerTaskExecutor",
              MethodType.methodType(ExecutorService.class, ThreadFactory.class));
      return (ExecutorService) maker.invoke(factory);
    } catch (Throwable impossible) { // it came with virtual threads
      throw Loop.sneaky(impossible);
    }
  }
}
