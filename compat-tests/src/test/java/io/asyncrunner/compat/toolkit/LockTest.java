package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.sync.AsyncLock;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link AsyncLock}. */
class LockTest extends ConstructTestCase {
  private final AsyncLock lock = new AsyncLock();

  @Test
  void acquire_taken_isServedInTheOrderOfArrival() {
    run(() -> {
      TaskGroup.run(group -> {
        lock.acquire();
        for (String name : List.of("a", "b", "c")) {
          group.createTask(() -> lock.with(() -> log.add(name + " at " + elapsed())));
        }
        Async.sleep(SECOND);
        lock.release();
      });
      assertThat(log).containsExactly("a at PT1S", "b at PT1S", "c at PT1S");
      assertThat(lock.isLocked()).isFalse();
    });
  }

  /** It was released, but somebody has waited longer. */
  @Test
  void acquire_releasedButOthersWait_doesNotGetAhead() {
    run(() -> {
      lock.acquire();
      Task<?> waiting = Async.createTask(() -> lock.with(() -> log.add("who waited")));
      letOthersRun();
      lock.release();
      lock.with(() -> log.add("who came later"));
      waiting.await();
      assertThat(log).containsExactly("who waited", "who came later");
    });
  }

  @Test
  void acquire_free_doesNotSuspend() {
    run(() -> {
      Task<?> other = Async.createTask(() -> log.add("a turn"));
      lock.with(() -> assertThat(log).isEmpty());
      other.await();
    });
  }

  @Test
  void acquire_twiceInOneTask_waitsUntilAnotherReleases() {
    run(() -> {
      lock.acquire();
      Async.createTask(() -> {
        Async.sleep(SECOND);
        lock.release(); // it is not owned by the task that took it
      });
      lock.acquire();
      assertThat(elapsed()).isEqualTo(SECOND);
      lock.release();
    });
  }

  @Test
  void release_notTaken_refusedAndNothingChanges() {
    run(() -> {
      assertThatIllegalStateException().isThrownBy(lock::release).withMessageContaining("nobody holds it");
      assertThat(lock.isLocked()).isFalse();
      lock.with(() -> assertThat(lock.isLocked()).isTrue());
    });
  }

  @Test
  void with_bodyFails_givesTheLockBackAndThrowsTheSame() {
    run(() -> {
      IOException checked = new IOException("checked");
      assertThatThrownBy(() -> lock.with(() -> {
        throw checked;
      })).isSameAs(checked);
      assertThat(lock.isLocked()).isFalse();
    });
  }

  @Test
  void acquire_allWhoWaitAreCancelled_canBeTakenAtOnce() {
    run(() -> {
      lock.acquire();
      Task<?> waiting = Async.createTask(lock::acquire);
      letOthersRun();
      waiting.cancel();
      lock.release();
      lock.acquire(); // the one that waits is cancelled, but has not run yet
      Async.awaitAll(List.of(waiting));
      assertThat(waiting.isCancelled()).isTrue();
      lock.release();
      assertThat(lock.isLocked()).isFalse();
    });
  }

  @Test
  void tryAcquire_takenOrOthersWait_isFalseAndChangesNothing() {
    run(() -> {
      assertThat(lock.tryAcquire()).isTrue();
      assertThat(lock.tryAcquire()).isFalse();
      Task<?> waiting = Async.createTask(() -> lock.with(() -> log.add("who waited")));
      letOthersRun();
      lock.release();
      assertThat(lock.tryAcquire()).as("before who has waited").isFalse();
      waiting.await();
      assertThat(log).containsExactly("who waited");
      assertThat(lock.tryAcquire()).isTrue();
      lock.release();
      assertThat(lock.isLocked()).isFalse();
    });
  }
}
