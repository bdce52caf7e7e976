package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.PlatformManagedObject;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Opening, using and closing very many Runners leaves nothing: no thread, no timer, no reachable loop. */
public abstract class LeaksContract extends Contract {
  @TempDir
  Path folder;

  /** What a Runner had, and must not be kept by anything once it is closed. */
  private static final class Had extends WeakReference<Object> {
    private final String what;

    Had(String what, Object object, ReferenceQueue<Object> garbage) {
      super(object, garbage);
      this.what = what;
    }
  }

  private final ReferenceQueue<Object> garbage = new ReferenceQueue<>();
  private final Set<Had> had = new HashSet<>();

  /** Takes a second or two. */
  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void close_veryManyRunners_leaveNothing() throws Exception {
    useOne(0); // what the JDK and the library make once
    had.clear();
    Set<Long> threadsBefore = threads();
    for (int i = 0; i < runnersForLeaks(); i++) {
      useOne(i);
      forgetGarbage(0);
    }
    assertThat(reports.take()).isEmpty();
    List<String> left = stillReachable();
    assertThat(left).as("what is still reachable, of %s runners", runnersForLeaks()).isEmpty();
    assertThat(becomesTrue(() -> newThreads(threadsBefore) <= 3)).as("threads that are left").isTrue();
  }

  /** Each task begins before the one before it ends, so that the loop never is without one. */
  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void createTask_aFinishedOneIsKept_othersAreNot() throws Exception {
    try (Runner runner = newRunner()) {
      Task<?> kept = runner.run(() -> {
        CompletableAsyncFuture<String> gate = EventLoop.running().createFuture();
        Task<String> first = Async.createTask(gate::await);
        Task<String> latest = first;
        for (int i = 0; i < 100; i++) {
          CompletableAsyncFuture<String> nextGate = EventLoop.running().createFuture();
          Task<String> next = Async.createTask(nextGate::await);
          watch("task", next);
          gate.setResult("result");
          latest.await();
          gate = nextGate;
          latest = next;
        }
        gate.setResult("result");
        latest.await();
        return first;
      });
      assertThat(stillReachable()).as("what is still reachable").isEmpty();
      assertThat(kept.isDone()).isTrue();
    }
  }

  private void useOne(int number) {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        watch("loop", loop);
        Object carriedByATimer = new Object();
        watch("timer", carriedByATimer);
        loop.callLater(HOUR, () -> watch("never", carriedByATimer));
        loop.callSoon(() -> {});
        Task<String> task = Async.createTask(() -> {
          Async.sleep(Duration.ZERO);
          return "result";
        });
        watch("task", task);
        Object carriedByATask = new Object();
        watch("task left behind", carriedByATask);
        Async.createTask(() -> {
          Async.sleep(HOUR);
          return carriedByATask;
        });
        assertThat(task.await()).isEqualTo("result");
        if (number % 100 == 0) {
          Async.toThread(() -> "on a thread");
        }
      });
    }
  }

  private void watch(String what, Object object) {
    had.add(new Had(what, object, garbage));
  }

  private void forgetGarbage(long timeoutMillis) throws InterruptedException {
    var found = timeoutMillis == 0 ? garbage.poll() : garbage.remove(timeoutMillis);
    for (; found != null; found = garbage.poll()) {
      had.remove((Had) found);
    }
  }

  private List<String> stillReachable() throws InterruptedException {
    for (int i = 0; i < 20 && !had.isEmpty(); i++) {
      System.gc();
      forgetGarbage(100);
    }
    return had.stream().map(left -> left.what).sorted().collect(Collectors.toCollection(ArrayList::new));
  }

  // --- threads, virtual ones too ---

  private long newThreads(Set<Long> before) {
    Set<Long> now = threads();
    now.removeAll(before);
    return now.size();
  }

  @SuppressWarnings("deprecation") // getId: threadId() came in Java 19
  private Set<Long> threads() {
    Set<Long> ids = Thread.getAllStackTraces().keySet().stream().map(Thread::getId).collect(Collectors.toSet());
    ids.addAll(virtualThreads());
    return ids;
  }

  /** Virtual threads are in no list but the JVM's own dump, which came with them. */
  @SuppressWarnings("unchecked")
  private Set<Long> virtualThreads() {
    Path dump = folder.resolve("threads.txt");
    try {
      var type = (Class<PlatformManagedObject>) Class.forName("com.sun.management.HotSpotDiagnosticMXBean");
      Class<?> formats = Class.forName(type.getName() + "$ThreadDumpFormat");
      Files.deleteIfExists(dump);
      type.getMethod("dumpThreads", String.class, formats)
          .invoke(ManagementFactory.getPlatformMXBean(type), dump.toString(), formats.getEnumConstants()[0]);
      try (Stream<String> lines = Files.lines(dump)) {
        return lines.filter(line -> line.startsWith("#") && line.contains(" virtual"))
            .map(line -> Long.valueOf(line.substring(1, line.indexOf(' '))))
            .collect(Collectors.toSet());
      }
    } catch (ClassNotFoundException | NoSuchMethodException beforeVirtualThreads) {
      return Set.of();
    } catch (ReflectiveOperationException failed) {
      throw new LinkageError(failed.getMessage(), failed);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
