package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subjects.SingleSubject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RxJavaTest {
  private final CountDownLatch subscribed = new CountDownLatch(1);
  private final CountDownLatch disposed = new CountDownLatch(1);

  private Single<String> never() {
    return Single.<String>never()
        .doOnSubscribe(subscription -> subscribed.countDown())
        .doOnDispose(disposed::countDown);
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void single_awaitedAsAStage_isDisposedOfWithTheTask(Fibers fibers) throws Exception {
    fibers.run(() -> {
      assertThat(Async.await(Single.timer(5, TimeUnit.MILLISECONDS).toCompletionStage())).isZero();
      Cancelled.whenSeen(subscribed, () -> Async.await(never().toCompletionStage()));
    });
    disposed.await();
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void blockingGet_inATask_letsAnotherGoOnThatEndsIt(Fibers fibers) throws Exception {
    fibers.run(() -> {
      SingleSubject<String> subject = SingleSubject.create();
      Task<String> blocked = Async.createTask(() -> fibers.blocking(subject::blockingGet));
      Async.createTask(() -> subject.onSuccess("b")).await();
      assertThat(blocked.await()).isEqualTo("b");
    });
  }

  /** It throws a RuntimeException around the InterruptedException. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void blockingGet_cancelled_disposesOfTheSubscription(Fibers fibers) throws Exception {
    fibers.run(() -> {
      Cancelled.whenSeen(subscribed, () -> fibers.blocking(never()::blockingGet));
      Cancelled.byTimeout(() -> fibers.blocking(Single.never()::blockingGet));
    });
    disposed.await();
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void scheduler_onTheLoop_runsOperatorsAsCallbacks(Fibers fibers) throws Exception {
    fibers.run(() -> {
      EventLoop loop = EventLoop.running();
      List<Boolean> places = Async.await(Flowable.range(0, 10)
          .observeOn(Schedulers.computation())
          .observeOn(Schedulers.from(loop))
          .map(i -> EventLoop.running().equals(loop))
          .toList()
          .toCompletionStage());
      assertThat(places).hasSize(10).containsOnly(true);
    });
  }

  /** RxJava's worker turns to the loop for each element; a task of the loop takes its turn meanwhile. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void stage_ofATask_isASource(Fibers fibers) throws Exception {
    fibers.run(() -> {
      CompletableFuture<String> stage = Async.createTask(() -> "task").toCompletableFuture();
      assertThat(Async.await(Single.fromCompletionStage(stage).map(text -> text + "!").toCompletionStage()))
          .isEqualTo("task!");
    });
  }
}
