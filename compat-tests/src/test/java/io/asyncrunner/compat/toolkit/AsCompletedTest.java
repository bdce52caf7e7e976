package io.asyncrunner.compat.toolkit;

import static io.asyncrunner.contract.Contract.awaitOnAnotherThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** {@link Async#asCompleted}. */
class AsCompletedTest extends ConstructTestCase {
  @Test
  void asCompleted_endInAnotherOrder_givesTheSameObjectsAsTheyEnd() {
    run(() -> {
      Task<String> late = Async.createTask(() -> after(Duration.ofSeconds(3), "late"));
      Task<String> failed = Async
          .createTask(() -> failAfter(Duration.ofSeconds(2), new IllegalStateException("failed")));
      Task<String> cancelled = sleeper("cancelled");
      cancelled.cancel();
      List<Task<String>> given = new ArrayList<>();
      for (Task<String> done : Async.asCompleted(List.of(late, failed, cancelled))) {
        assertThat(done.isDone()).isTrue();
        given.add(done);
      }
      assertThat(given).containsExactly(cancelled, failed, late);
      assertThat(failed.exception()).hasMessage("failed");
    });
  }

  @Test
  void asCompleted_whatIsDoneAlready_comesFirstInTheOrderGiven() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      CompletableAsyncFuture<String> second = loop.createFuture();
      CompletableAsyncFuture<String> first = loop.createFuture();
      CompletableAsyncFuture<String> last = loop.createFuture();
      first.setResult("first");
      second.setResult("second");
      loop.callLater(SECOND, () -> last.setResult("last"));
      List<AsyncFuture<String>> given = new ArrayList<>();
      Async.asCompleted(List.of(last, first, second, first)).forEach(given::add);
      assertThat(given).containsExactly(first, second, last);
    });
  }

  @Test
  void asCompleted_slowConsumer_losesNone() {
    run(() -> {
      List<Task<Integer>> tasks = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int seconds = i;
        tasks.add(Async.createTask(() -> after(Duration.ofSeconds(seconds), seconds)));
      }
      List<Integer> results = new ArrayList<>();
      for (Task<Integer> done : Async.asCompleted(tasks)) {
        results.add(done.result());
        Async.sleep(Duration.ofSeconds(10));
      }
      assertThat(results).containsExactly(0, 1, 2, 3, 4);
    });
  }

  @Test
  void asCompleted_timePasses_throwsForEachThatIsNotDoneAndLeavesThemAlone() {
    run(() -> {
      Task<String> quick = Async.createTask(() -> after(SECOND, "quick"));
      Task<String> slow = Async.createTask(() -> after(Duration.ofSeconds(5), "slow"));
      Task<String> slower = Async.createTask(() -> after(Duration.ofSeconds(6), "slower"));
      Iterator<Task<String>> iterator = Async.asCompleted(Duration.ofSeconds(2), List.of(slow, quick, slower))
          .iterator();
      assertThat(iterator.next()).isSameAs(quick);
      assertThatThrownBy(iterator::next).isExactlyInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("2 of the futures")
          .hasMessageContaining("PT2S");
      assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
      assertThatThrownBy(iterator::next).isExactlyInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("1 of the futures");
      assertThat(iterator.hasNext()).isFalse();
      assertThat(slow.cancelling()).isZero();
      assertThat(Async.gather(slow, slower)).containsExactly("slow", "slower");
    });
  }

  /** What has ended before the time passed is given also afterwards. */
  @Test
  void asCompleted_timePassesWhileTheConsumerIsBusy_stillGivesWhatWasDoneInTime() {
    run(() -> {
      Task<String> inTime = Async.createTask(() -> after(SECOND, "in time"));
      Task<String> late = Async.createTask(() -> after(Duration.ofSeconds(5), "late"));
      Iterator<Task<String>> iterator = Async.asCompleted(Duration.ofSeconds(2), List.of(late, inTime)).iterator();
      Async.sleep(Duration.ofSeconds(10));
      assertThat(iterator.next()).isSameAs(inTime);
      assertThatThrownBy(iterator::next).isExactlyInstanceOf(DeadlineExceededException.class);
    });
  }

  @Test
  void next_cancelled_canBeAskedAgain() {
    run(() -> {
      Task<String> task = Async.createTask(() -> after(Duration.ofSeconds(5), "result"));
      Iterator<Task<String>> iterator = Async.asCompleted(List.of(task)).iterator();
      assertThatThrownBy(() -> Async.timeout(SECOND, () -> iterator.next()))
          .isExactlyInstanceOf(DeadlineExceededException.class);
      assertThat(task.cancelling()).isZero();
      assertThat(iterator.hasNext()).isTrue();
      assertThat(iterator.next()).isSameAs(task);
    });
  }

  @Test
  void next_afterTheLast_refused() {
    run(() -> {
      Iterator<Task<String>> none = Async.asCompleted(List.<Task<String>>of()).iterator();
      assertThat(none.hasNext()).isFalse();
      assertThatThrownBy(none::next).isExactlyInstanceOf(NoSuchElementException.class);
    });
  }

  @Test
  void iterator_twice_goesOnWhereTheFirstWas() {
    run(() -> {
      Iterable<Task<String>> once = Async.asCompleted(List.of(Async.createTask(() -> "result")));
      assertThat(once.iterator().next().result()).isEqualTo("result");
      assertThat(once.iterator().hasNext()).isFalse();
    });
  }

  @Test
  void next_byTwoTasksAtOnce_refusedForTheSecond() {
    run(() -> {
      Task<String> one = Async.createTask(() -> after(SECOND, "one"));
      Task<String> two = Async.createTask(() -> after(Duration.ofSeconds(2), "two"));
      Iterator<Task<String>> iterator = Async.asCompleted(List.of(one, two)).iterator();
      Task<Task<String>> first = Async.createTask(iterator::next);
      letOthersRun();
      assertThatIllegalStateException().isThrownBy(iterator::next).withMessageContaining("one task at a time");
      assertThat(first.await()).isSameAs(one);
      assertThat(iterator.next()).isSameAs(two);
    });
  }

  @Test
  void next_elsewhere_refusedAndNothingTaken() {
    run(() -> {
      CompletableAsyncFuture<String> done = EventLoop.running().createFuture();
      done.setResult("done");
      Iterator<CompletableAsyncFuture<String>> iterator = Async.asCompleted(List.of(done)).iterator();
      letOthersRun(); // it is there to be given
      for (Throwable refused : Arrays.asList(awaitOnAnotherThread(() -> thrownBy(iterator::next)),
          onAnotherLoop(() -> thrownBy(iterator::next)), inCallback(() -> thrownBy(iterator::next)))) {
        assertThat(refused).isExactlyInstanceOf(IllegalStateException.class);
      }
      assertThat(iterator.next()).isSameAs(done);
      assertLoopWorks();
    });
  }
}
