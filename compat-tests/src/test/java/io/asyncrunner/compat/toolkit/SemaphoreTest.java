package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link AsyncSemaphore} and {@link BoundedAsyncSemaphore}. */
class SemaphoreTest extends ConstructTestCase {
  @Test
  void with_more_runsSoManyAtOnceInTheOrderOfArrival() {
    run(() -> {
      AsyncSemaphore places = new AsyncSemaphore(2);
      TaskGroup.run(group -> {
        for (String name : List.of("a", "b", "c", "d")) {
          group.createTask(() -> places.with(() -> {
            log.add(name + " at " + elapsed());
            Async.sleep(SECOND);
          }));
        }
      });
      assertThat(log).containsExactly("a at PT0S", "b at PT0S", "c at PT1S", "d at PT1S");
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
    });
  }

  @Test
  void acquire_releasedButOthersWait_doesNotGetAhead() {
    run(() -> {
      AsyncSemaphore places = new AsyncSemaphore(1);
      places.acquire();
      Task<?> waiting = Async.createTask(() -> places.with(() -> log.add("who waited")));
      letOthersRun();
      places.release();
      assertThat(places.isLocked()).as("the permit is on its way").isTrue();
      places.with(() -> log.add("who came later"));
      waiting.await();
      assertThat(log).containsExactly("who waited", "who came later");
    });
  }

  @Test
  void release_beyondTheStart_addsAPermit() {
    run(() -> {
      AsyncSemaphore places = new AsyncSemaphore(0);
      assertThat(places.isLocked()).isTrue();
      places.release();
      places.acquire();
      assertThat(places.isLocked()).isTrue();
    });
  }

  @Test
  void with_bodyFails_givesThePermitBack() {
    run(() -> {
      AsyncSemaphore places = new AsyncSemaphore(1);
      IOException checked = new IOException("checked");
      assertThatThrownBy(() -> places.with(() -> {
        throw checked;
      })).isSameAs(checked);
      assertThat(places.isLocked()).isFalse();
    });
  }

  @Test
  void acquire_firstOfSeveralCancelledInTheTurnOfARelease_handsThePermitOn() {
    run(() -> {
      AsyncSemaphore places = new AsyncSemaphore(0);
      Task<?> first = Async.createTask(places::acquire);
      Task<?> second = Async.createTask(places::acquire);
      letOthersRun();
      places.release();
      first.cancel();
      second.await();
      assertThat(first.isCancelled()).isTrue();
      assertThat(places).hasToString("AsyncSemaphore[permits=0, waiters=0]");
    });
  }

  @Test
  void bounded_releaseTooMany_refusedAndNothingChanges() {
    run(() -> {
      BoundedAsyncSemaphore places = new BoundedAsyncSemaphore(2);
      places.acquire();
      places.release();
      assertThatIllegalStateException().isThrownBy(places::release).withMessageContaining("all of its 2 permits");
      assertThat(places).hasToString("BoundedAsyncSemaphore[permits=2, waiters=0]");
      assertThatIllegalArgumentException().isThrownBy(() -> new BoundedAsyncSemaphore(-1))
          .withMessageContaining("permits: -1");
    });
  }

  /** A permit that is on its way to a waiter is out. */
  @Test
  void bounded_releaseWhileAnotherIsOnItsWay_isCounted() {
    run(() -> {
      BoundedAsyncSemaphore places = new BoundedAsyncSemaphore(1);
      places.acquire();
      Task<?> waiting = Async.createTask(places::acquire);
      letOthersRun();
      places.release();
      places.release();
      assertThatIllegalStateException().isThrownBy(places::release);
      waiting.await();
    });
  }

  @Test
  void tryAcquire_ofTwoPermits_givesTwo() {
    AsyncSemaphore semaphore = new AsyncSemaphore(2);
    run(() -> {
      assertThat(semaphore.tryAcquire()).isTrue();
      assertThat(semaphore.tryAcquire()).isTrue();
      assertThat(semaphore.tryAcquire()).isFalse();
      Task<?> waiting = Async.createTask(() -> semaphore.acquire());
      letOthersRun();
      semaphore.release();
      assertThat(semaphore.tryAcquire()).as("before who has waited").isFalse();
      waiting.await();
      semaphore.release();
      semaphore.release();
      assertThat(semaphore.tryAcquire()).isTrue();
    });
  }
}
