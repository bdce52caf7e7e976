package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.compat.Loops;
import io.asyncrunner.sync.AsyncLock;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What names, messages and stack traces say to a person. */
class ReportsTest extends ConstructTestCase {
  @Test
  void thread_ofATask_hasItsName() {
    run(() -> {
      Task<String> unnamed = Async.createTask(() -> Thread.currentThread().getName());
      assertThat(unnamed.await()).isEqualTo(loops == Loops.PLATFORM ? unnamed.name() : "");
      EventLoop.running().setDebug(true);
      Task<String> debugged = Async.createTask(() -> Thread.currentThread().getName());
      EventLoop.running().setDebug(false);
      assertThat(debugged.await()).isEqualTo(debugged.name()).startsWith("Task-");
      Task<String> named = Async.createTask(TaskOptions.named("first"), () -> {
        Async.currentTask().setName("renamed");
        return Thread.currentThread().getName();
      });
      assertThat(named.await()).isEqualTo("renamed");
    });
  }

  @Test
  void name_thatForgesALine_isWrittenWithEscapes() {
    run(() -> {
      String forged = "a\nERROR \u001b[31mred\r\t\u0085\u2028\u202e\u007fé";
      String printable = "a\\nERROR \\u001b[31mred\\u000d\\u0009\\u0085\\u2028\\u202e\\u007fé";
      Task<String> task = Async.createTask(TaskOptions.named(forged), () -> Thread.currentThread().getName());
      assertThat(task.name()).isEqualTo(printable);
      assertThat(task.toString()).contains(printable).doesNotContain("\n", "\u001b");
      assertThat(task.await()).isEqualTo(printable);
      task.setName(forged);
      assertThat(task.name()).isEqualTo(printable);
    });
  }

  @Test
  void deadline_whileATaskWaitsForALock_saysForWhich() {
    run(() -> {
      AsyncLock lock = new AsyncLock();
      lock.acquire();
      Throwable thrown = catchThrowable(() -> Async.timeout(SECOND, () -> lock.acquire()));
      assertThat(thrown).isInstanceOf(DeadlineExceededException.class)
          .hasMessage("task " + Async.currentTask().name()
              + " was not done within PT1S, when it waited for AsyncLock[locked, waiters=1]");
    });
  }

  private static String failing() {
    throw new IllegalArgumentException("deep down");
  }

  @Test
  void failure_thatIsAwaited_showsByWhomInDebugMode() {
    run(() -> {
      EventLoop.running().setDebug(true);
      try {
        Task<String> inner = Async.createTask(ReportsTest::failing);
        Task<String> outer = Async.createTask(TaskOptions.named("outer"), () -> inner.await());
        Throwable thrown = catchThrowable(() -> Async.gather(List.of(outer)));
        assertThat(thrown).hasMessage("deep down");
        assertThat(Arrays.stream(thrown.getSuppressed()).map(Throwable::getMessage))
            .containsExactly("where task outer awaited it", "where task " + Async.currentTask().name() + " awaited it");
        assertThat(thrown.getSuppressed()[1].getStackTrace()).extracting(StackTraceElement::getMethodName)
            .contains("gather")
            .anyMatch(method -> method.contains("failure_thatIsAwaited"));
        for (int i = 0; i < 100; i++) {
          assertThat(catchThrowable(() -> Async.gather(List.of(inner)))).isSameAs(thrown);
          assertThat(catchThrowable(inner::await)).isSameAs(thrown);
        }
        assertThat(thrown.getSuppressed()).hasSize(8);
      } finally {
        EventLoop.running().setDebug(false);
      }
    });
  }

  @Test
  void failure_thatIsAwaitedOutsideDebugMode_isLeftAlone() {
    run(() -> {
      Task<String> inner = Async.createTask(ReportsTest::failing);
      assertThat(catchThrowable(inner::await)).hasMessage("deep down").hasNoSuppressedExceptions();
    });
  }
}
