package io.asyncrunner.compat.guide;

import static io.asyncrunner.compat.guide.Sample.fail;
import static io.asyncrunner.compat.guide.Sample.fetch;
import static io.asyncrunner.compat.guide.Sample.hang;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.virtualthreads.ScopedValues;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The snippets of {@code docs/guide/from-structured-task-scope.md}, and what it says about threads and contexts. */
class FromStructuredTaskScopeTest {
  private static final ScopedValue<String> USER = ScopedValue.newInstance();

  // @start region=scope-both
  static String both() {
    return TaskGroup.call(group -> {
      Task<String> user = group.createTask(() -> fetch("user"));
      Task<String> order = group.createTask(() -> fetch("order"));
      return user.await() + " " + order.await();
    });
  }
  // @end

  // @start region=scope-first
  static String first() {
    return Async.race(() -> fetch("mirror-1"), () -> fetch("mirror-2"));
  }
  // @end

  // @start region=scope-timed
  static List<String> timed(List<String> names) {
    return Async.timeout(Duration.ofSeconds(2), () -> Async.mapConcurrently(names, name -> fetch(name)));
  }
  // @end

  @ParameterizedTest
  @EnumSource
  void translations_doWhatTheOriginalsDo(FiberKind kind) {
    try (Runner runner = kind.newRunner()) {
      assertThat(runner.run(() -> both())).isEqualTo("USER ORDER");
      assertThat(runner.run(() -> first())).isEqualTo("MIRROR-1");
      assertThat(runner.run(() -> timed(List.of("a", "b")))).containsExactly("A", "B");
    }
  }

  @ParameterizedTest
  @EnumSource
  void failures_allComeOut(FiberKind kind) {
    kind.run(() -> {
      // @start region=scope-failures
      try {
        TaskGroup.run(group -> {
          group.createTask(() -> fail("a"));
          group.createTask(() -> {
            try {
              return hang();
            } finally {
              fail("clean-up of b");
            }
          });
        });
      } catch (ExceptionGroup failed) {
        assertThat(failed.exceptions()).extracting(Throwable::getMessage)
            .containsExactly("a is down", "clean-up of b is down");
        assertThat(failed.subgroup(IOException.class).exceptions()).hasSize(2);
      }
      // @end
    });
  }

  @ParameterizedTest
  @EnumSource
  void createTask_inAChild_addsToTheGroup(FiberKind kind) {
    List<String> log = new ArrayList<>();
    kind.run(() -> {
      // @start region=scope-nested
      TaskGroup.run(group -> {
        group.createTask(() -> {
          group.createTask(() -> log.add(fetch("grandchild"))); // the group waits for it, too
        });
      });
      // @end
    });
    assertThat(log).containsExactly("GRANDCHILD");
  }

  @ParameterizedTest
  @EnumSource(names = {"CONFINED", "HANDOFF"})
  void scopedValue_isCarriedByAPropagatorOnly(FiberKind kind) {
    try (Runner plain = kind.newRunner()) {
      assertThat(ScopedValue.where(USER, "ada").call(() -> plain.run(() -> USER.isBound()))).isFalse();
    }
    // @start region=scope-propagate
    try (Runner runner = Runner.builder().propagate(ScopedValues.propagator(USER)).build()) {
      String user = ScopedValue.where(USER, "ada").call(() -> runner.run(() -> USER.get()));
      assertThat(user).isEqualTo("ada");
    }
    // @end
  }

  @Test
  void blockingCalls_onConfinedFibers_suspendTheirTaskAlone() throws InterruptedException {
    FiberKind.CONFINED.run(() -> {
      // @start region=scope-blocking
      LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();
      Task<String> taker = Async.createTask(() -> queue.take()); // confined fibers only: elsewhere nothing else runs
      Async.sleep(Duration.ofMillis(1));
      queue.add("item");
      assertThat(taker.await()).isEqualTo("item");
      // @end
      assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(1), () -> queue.take()))
          .isInstanceOf(DeadlineExceededException.class)
          .rootCause()
          .isInstanceOf(InterruptedException.class);
    });
  }

  @ParameterizedTest
  @EnumSource
  void virtualThread_ofATask_isNotOnTheLoop(FiberKind kind) {
    kind.run(() -> {
      CompletableFuture<Boolean> isOnLoop = new CompletableFuture<>();
      Thread.startVirtualThread(() -> isOnLoop.complete(EventLoop.runningOrNull() != null));
      assertThat(Async.await(isOnLoop)).isFalse();
    });
  }

  @Test
  void threadFactory_ofAConfinedLoop_makesThreadsThatAreOnIt() {
    try (Runner runner = Runner.builder().loopFactory(VirtualThreadLoops.confined()).build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        ThreadFactory threads = loop.threadFactory();
        CompletableFuture<Boolean> isOnLoop = new CompletableFuture<>();
        threads.newThread(() -> isOnLoop.complete(EventLoop.runningOrNull() == loop)).start();
        assertThat(Async.await(isOnLoop)).isTrue();
      });
    }
  }
}
