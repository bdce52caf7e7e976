package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

class ReactorTest {
  private final CountDownLatch subscribed = new CountDownLatch(1);
  private final CountDownLatch disposed = new CountDownLatch(1);

  private Mono<String> never() {
    return Mono.<String>never().doOnSubscribe(subscription -> subscribed.countDown()).doOnCancel(disposed::countDown);
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void mono_awaitedAsAStage_isDisposedOfWithTheTask(Fibers fibers) throws Exception {
    fibers.run(() -> {
      assertThat(Async.await(Mono.just("a").delayElement(Duration.ofMillis(5)).toFuture())).isEqualTo("a");
      Cancelled.whenSeen(subscribed, () -> Async.await(never().toFuture()));
    });
    disposed.await();
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void block_inATask_letsAnotherGoOnThatEndsIt(Fibers fibers) throws Exception {
    fibers.run(() -> {
      Sinks.One<String> sink = Sinks.one();
      Task<String> blocked = Async.createTask(() -> fibers.blocking(() -> sink.asMono().block()));
      Async.createTask(() -> sink.tryEmitValue("b")).await();
      assertThat(blocked.await()).isEqualTo("b");
    });
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void block_cancelled_disposesOfTheSubscription(Fibers fibers) throws Exception {
    fibers.run(() -> {
      Cancelled.whenSeen(subscribed, () -> fibers.blocking(() -> never().block()));
      Cancelled.byTimeout(() -> fibers.blocking(() -> Mono.never().block()));
    });
    disposed.await();
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void scheduler_onTheLoop_runsOperatorsAsCallbacks(Fibers fibers) throws Exception {
    fibers.run(() -> {
      EventLoop loop = EventLoop.running();
      Scheduler onLoop = Schedulers.fromExecutor(loop);
      List<Boolean> places = Async.await(Flux.range(0, 10)
          .publishOn(Schedulers.parallel())
          .publishOn(onLoop)
          .map(i -> EventLoop.running().equals(loop))
          .collectList()
          .toFuture());
      assertThat(places).hasSize(10).containsOnly(true);
      onLoop.dispose();
    });
  }

  /** Each element suspends the task that iterates, and no other. */
  @Test
  void toIterable_onAConfinedFiber_letsTheProducerGoOn() throws Exception {
    Fibers.CONFINED.run(() -> {
      Sinks.Many<Integer> sink = Sinks.many().unicast().onBackpressureBuffer();
      List<String> steps = new ArrayList<>();
      Task<Void> consumer = Async.createTask(() -> {
        for (int i : sink.asFlux().toIterable(1)) {
          steps.add("got " + i);
        }
      });
      for (int i = 0; i < 3; i++) {
        sink.tryEmitNext(i);
        while (steps.size() < 2 * i + 1) {
          Async.sleep(Duration.ZERO);
        }
        steps.add("went on");
      }
      sink.tryEmitComplete();
      consumer.await();
      assertThat(steps).containsExactly("got 0", "went on", "got 1", "went on", "got 2", "went on");
    });
  }
}
