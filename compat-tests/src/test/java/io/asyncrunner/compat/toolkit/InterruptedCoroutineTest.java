package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Context;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncSemaphore;
import java.io.IOException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** An {@code InterruptedException} that leaves a coroutine is its cancellation, whoever sent the interrupt. */
class InterruptedCoroutineTest extends ConstructTestCase {
  private final InterruptedException interruption = new InterruptedException("somebody's");
  private final VoidCoroutine<RuntimeException> interrupted = () -> {
    throw interruption;
  };

  private void assertCancels(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(CancelledError.class).hasCause(interruption);
    assertThat(Async.currentTask().cancelling()).isZero();
  }

  @Test
  void task_thatAnInterruptionLeaves_isCancelledAndCountsNoRequest() {
    run(() -> {
      Task<?> task = Async.createTask(interrupted);
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      assertThat(task.isCancelled()).isTrue();
      assertThat(task.cancelling()).isZero();
      assertLoopWorks();
    });
  }

  @Test
  void blocks_thatAnInterruptionLeaves_throwTheCancellationAndGiveBackWhatTheyHeld() {
    AsyncLock lock = new AsyncLock();
    AsyncSemaphore semaphore = new AsyncSemaphore(1);
    run(() -> {
      assertCancels(() -> Async.timeout(SECOND, interrupted));
      assertCancels(() -> Async.timeoutAt(Long.MAX_VALUE, interrupted));
      assertCancels(() -> lock.with(interrupted));
      assertCancels(() -> semaphore.with(interrupted));
      assertCancels(() -> new Context().run(interrupted));
      assertThat(lock.isLocked()).isFalse();
      assertThat(semaphore.isLocked()).isFalse();
      assertLoopWorks();
    });
  }

  @Test
  void toThread_codeThatIsInterrupted_cancelsTheCaller() {
    run(() -> {
      assertThatThrownBy(() -> Async.toThread(interrupted)).isInstanceOf(CancelledError.class).hasCause(interruption);
      assertLoopWorks();
    });
  }

  @Test
  void group_whoseBodyIsInterrupted_cancelsItsTasksAndThrowsTheCancellation() {
    run(() -> {
      assertCancels(() -> TaskGroup.run(group -> {
        group.createTask(() -> {
          try {
            Async.sleep(SECOND);
          } catch (CancelledError cancelled) {
            log.add("child cancelled");
            throw cancelled;
          }
        });
        letOthersRun();
        throw interruption;
      }));
      assertThat(log).containsExactly("child cancelled");
    });
  }

  @Test
  void group_ofWhichAChildIsInterrupted_goesOn() {
    run(() -> {
      String result = TaskGroup.call(group -> {
        group.createTask(interrupted);
        Async.sleep(SECOND);
        return "not a failure";
      });
      assertThat(result).isEqualTo("not a failure");
    });
  }

  @Test
  void contextRun_outsideALoop_throwsACancellationToo() {
    assertThatThrownBy(() -> new Context().run(interrupted)).isInstanceOf(CancelledError.class).hasCause(interruption);
  }

  // --- a failure alone ---

  @Test
  void single_ofOneInNestedGroups_isThatOne_ofSeveralIsEmpty() throws Exception {
    IOException failure = new IOException("alone");
    ExceptionGroup nested = new ExceptionGroup("outer", List.of(new ExceptionGroup("inner", List.of(failure))));
    assertThat(nested.single()).containsSame(failure);
    nested.throwSingle(InterruptedException.class); // of another type: returns
    assertThatThrownBy(() -> nested.throwSingle(IOException.class)).isSameAs(failure);

    ExceptionGroup several = new ExceptionGroup("several", List.of(failure, new IOException("another")));
    assertThat(several.single()).isEmpty();
    several.throwSingle(IOException.class);
  }

  @Test
  void eventLoop_ofARunner_hasNoWayToBeClosed() {
    assertThat(EventLoop.class.getMethods()).extracting("name").doesNotContain("close", "stop", "runForever");
  }
}
