package io.asyncrunner.tck.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.Handle;
import io.asyncrunner.InvalidStateException;
import io.asyncrunner.Task;
import io.asyncrunner.TaskFactory;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.Timeout;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The rules of who may call what: a loop and all that is of it belong to the thread that holds the loop, and say so. */
public abstract class OwnerRules extends PortedTests {
  protected OwnerRules(LoopSource source) {
    super(source);
  }

  /** A call, and the name that its refusal has to begin with. */
  private record Call(String name, ThrowingCallable body) {}

  private static final class Calls {
    private final List<Call> all = new ArrayList<>();

    Calls with(String name, ThrowingCallable body) {
      all.add(new Call(name, body));
      return this;
    }

    void assertRefused() {
      assertThat(all).allSatisfy(call -> assertThat(catchThrowable(call.body))
          .isInstanceOf(IllegalStateException.class)
          .isNotInstanceOf(InvalidStateException.class)
          .hasMessageStartingWith(call.name + " "));
    }
  }

  /** From another thread, while the loop runs. */
  private static void assertRefusedElsewhere(Calls calls) {
    Async.toThread(() -> calls.assertRefused());
  }

  @Test
  void callsOfALoop_fromAnotherThread_areRefused() {
    run(() -> {
      LoopEngine loop = LoopEngine.running();
      ExceptionContext report = new ExceptionContext("never", null);
      assertRefusedElsewhere(new Calls()
          .with("EventLoop.callSoon", () -> loop.callSoon(() -> {}))
          .with("EventLoop.callAt", () -> loop.callAt(0, () -> {}))
          .with("EventLoop.time", loop::time)
          .with("EventLoop.deadline", () -> loop.deadline(Duration.ZERO))
          .with("EventLoop.createFuture", loop::createFuture)
          .with("EventLoop.createFuture", () -> loop.createFuture((message, source) -> false))
          .with("EventLoop.createTask", () -> loop.createTask(() -> {}))
          .with("EventLoop.setTaskFactory", () -> loop.setTaskFactory(null))
          .with("EventLoop.taskFactory", loop::taskFactory)
          .with("EventLoop.yieldNow", loop::yieldNow)
          .with("LoopEngine.asCancellation", () -> loop.asCancellation(new InterruptedException()))
          .with("EventLoop.createGenerator", () -> loop.createGenerator(out -> {}))
          .with("LoopEngine.stop", loop::stop)
          .with("EventLoop.defaultExecutor", loop::defaultExecutor)
          .with("EventLoop.setDefaultExecutor", () -> loop.setDefaultExecutor(Executors.newCachedThreadPool()))
          .with("EventLoop.handOverDefaultExecutor",
              () -> loop.handOverDefaultExecutor(Executors.newCachedThreadPool()))
          .with("LoopEngine.shutdownDefaultExecutor", () -> loop.shutdownDefaultExecutor(Duration.ZERO))
          .with("LoopEngine.shutdownGenerators", loop::shutdownGenerators)
          .with("LoopEngine.setPropagators", () -> loop.setPropagators(List.of()))
          .with("EventLoop.threadFactory", loop::threadFactory)
          .with("EventLoop.setExceptionHandler", () -> loop.setExceptionHandler(null))
          .with("EventLoop.exceptionHandler", loop::exceptionHandler)
          .with("EventLoop.callExceptionHandler", () -> loop.callExceptionHandler(report))
          .with("EventLoop.defaultExceptionHandler", () -> loop.defaultExceptionHandler(report))
          .with("EventLoop.isDebug", loop::isDebug)
          .with("EventLoop.setDebug", () -> loop.setDebug(true)));
      loop.setTaskFactory(new TaskFactory() {
        @Override
        public <T> Task<T> newTask(EventLoop of, TaskOptions options, Coroutine<T, ?> coroutine) {
          throw new AssertionError("asked on another thread");
        }
      });
      assertRefusedElsewhere(new Calls().with("EventLoop.createTask", () -> loop.createTask(() -> {})));
      loop.setTaskFactory(null);
      assertThat(loop.isDebug()).isFalse();
      assertThat(loop.isHeldByCurrentThread()).isTrue();
      boolean elsewhere = Async.<Boolean, RuntimeException>toThread(loop::isHeldByCurrentThread);
      assertThat(elsewhere).isFalse();
      assertThat(Async.<List<Task<?>>, RuntimeException>toThread(loop::allTasks)).contains(Async.currentTask());
    });
  }

  @Test
  void callsOfWhatALoopMakes_fromAnotherThread_areRefused() {
    run(() -> {
      EventLoop loop = EventLoop.running();
      CompletableAsyncFuture<String> future = loop.createFuture();
      Task<?> task = Async.createTask(() -> waitForever());
      Handle handle = loop.callSoon(() -> {});
      TimerHandle timer = loop.callLater(FOREVER, () -> {});
      AsyncGenerator<String> generator = Async.generator(out -> out.yield("value"));
      assertThat(generator.hasNext()).isTrue();
      assertRefusedElsewhere(new Calls()
          .with("AsyncFuture.await", future::await)
          .with("AsyncFuture.result", future::result)
          .with("AsyncFuture.exception", future::exception)
          .with("AsyncFuture.cancellation", future::cancellation)
          .with("AsyncFuture.isDone", future::isDone)
          .with("AsyncFuture.isCancelled", future::isCancelled)
          .with("CompletableAsyncFuture.setResult", () -> future.setResult("never"))
          .with("CompletableAsyncFuture.setException", () -> future.setException(new IllegalStateException("never")))
          .with("AsyncFuture.cancel", future::cancel)
          .with("AsyncFuture.addDoneCallback", () -> future.addDoneCallback(done -> {}))
          .with("AsyncFuture.removeDoneCallback", () -> future.removeDoneCallback(done -> {}))
          .with("AsyncFuture.toCompletableFuture", future::toCompletableFuture)
          .with("Task.setName", () -> task.setName("never"))
          .with("Task.cancelling", task::cancelling)
          .with("Task.uncancel", task::uncancel)
          .with("Task.context", task::context)
          .with("Handle.cancel", handle::cancel)
          .with("Handle.isCancelled", handle::isCancelled)
          .with("TimerHandle.when", timer::when)
          .with("AsyncGenerator.hasNext", generator::hasNext)
          .with("AsyncGenerator.next", generator::next)
          .with("AsyncGenerator.close", generator::close)
          .with("AsyncGenerator.isRunning", generator::isRunning)
          .with("AsyncGenerator.isFinished", generator::isFinished));
      assertThat(future.isDone()).isFalse();
      assertThat(handle.isCancelled()).isFalse();
      assertThat(generator.next()).isEqualTo("value");
      generator.close();
      assertRefusedElsewhere(new Calls().with("AsyncGenerator.close", generator::close));
      Handle ran = loop.callSoonThreadsafe(() -> {});
      Handle cancelled = loop.callSoonThreadsafe(() -> {
        throw new AssertionError("cancelled");
      });
      cancelled.cancel();
      giveATurn();
      Async.toThread(() -> {
        assertThat(cancelled.isCancelled()).isTrue();
        ran.cancel();
        assertThat(ran.isCancelled()).as("of one that has run").isFalse();
      });
    });
  }

  @Test
  void callsOfTheToolkit_fromAnotherThread_areRefused() {
    run(() -> {
      AsyncLock lock = new AsyncLock();
      AsyncCondition condition = new AsyncCondition(lock);
      AsyncEvent event = new AsyncEvent();
      AsyncSemaphore semaphore = new AsyncSemaphore(1);
      BoundedAsyncSemaphore bounded = new BoundedAsyncSemaphore(1);
      AsyncBarrier barrier = new AsyncBarrier(2);
      AsyncQueue<String> queue = new AsyncQueue<>(1);
      lock.acquire();
      condition.signal();
      event.clear();
      semaphore.acquire();
      bounded.acquire();
      barrier.reset();
      queue.put("value");
      TaskGroup.run(group -> {
        Async.timeout(FOREVER, (Timeout timeout) -> assertRefusedElsewhere(new Calls()
            .with("TaskGroup.createTask", () -> group.createTask(() -> {}))
            .with("TaskGroup.cancel", group::cancel)
            .with("Timeout.when", timeout::when)
            .with("Timeout.expired", timeout::expired)
            .with("Timeout.reschedule", () -> timeout.reschedule(Duration.ZERO))));
      });
      assertRefusedElsewhere(new Calls()
          .with("AsyncLock.isLocked", lock::isLocked)
          .with("AsyncLock.release", lock::release)
          .with("AsyncCondition.signal", condition::signal)
          .with("AsyncEvent.isSet", event::isSet)
          .with("AsyncEvent.set", event::set)
          .with("AsyncEvent.clear", event::clear)
          .with("AsyncSemaphore.isLocked", semaphore::isLocked)
          .with("AsyncSemaphore.release", semaphore::release)
          .with("BoundedAsyncSemaphore.release", bounded::release)
          .with("AsyncBarrier.waiting", barrier::waiting)
          .with("AsyncBarrier.isBroken", barrier::isBroken)
          .with("AsyncQueue.size", queue::size)
          .with("AsyncQueue.putNoWait", () -> queue.putNoWait("never"))
          .with("AsyncQueue.getNoWait", queue::getNoWait)
          .with("AsyncQueue.taskDone", queue::taskDone)
          .with("AsyncQueue.shutdown", queue::shutdown)
          .with("AsyncQueue.shutdownNow", queue::shutdownNow));
      assertThat(lock.isLocked()).isTrue();
      assertThat(queue.size()).isEqualTo(1);
    });
  }

  @Test
  void waits_inCallbacks_areRefused() {
    run(() -> {
      LoopEngine loop = LoopEngine.running();
      AsyncFuture<String> future = loop.createFuture();
      AsyncGenerator<String> generator = Async.generator(out -> out.yield("value"));
      AsyncLock lock = new AsyncLock();
      AsyncQueue<String> queue = new AsyncQueue<>(1);
      CompletableAsyncFuture<Throwable> outcome = loop.createFuture();
      loop.callSoon(() -> outcome.setResult(catchThrowable(() -> new Calls()
          .with("AsyncFuture.await", future::await)
          .with("EventLoop.yieldNow", loop::yieldNow)
          .with("LoopEngine.shutdownDefaultExecutor", () -> loop.shutdownDefaultExecutor(Duration.ZERO))
          .with("LoopEngine.shutdownGenerators", loop::shutdownGenerators)
          .with("AsyncGenerator.hasNext", generator::hasNext)
          .with("AsyncGenerator.next", generator::next)
          .with("AsyncGenerator.close", generator::close)
          .with("Async.currentTask", Async::currentTask)
          .with("Async.sleep", () -> Async.sleep(Duration.ZERO))
          .with("Async.await", () -> Async.await(new java.util.concurrent.CompletableFuture<>()))
          .with("Async.gather", () -> Async.gather(List.of(future)))
          .with("Async.gatherOutcomes", () -> Async.gatherOutcomes(List.of(future)))
          .with("Async.mapConcurrently", () -> Async.mapConcurrently(List.of(1), one -> one))
          .with("Async.race", () -> Async.race(() -> 1))
          .with("Async.raceStaggered", () -> Async.raceStaggered(Duration.ZERO, List.of()))
          .with("Async.waitFor", () -> Async.waitFor(Duration.ZERO, future))
          .with("Async.toThread", () -> Async.toThread(() -> {}))
          .with("TaskGroup.run", () -> TaskGroup.run(group -> {}))
          .with("AsyncLock.acquire", lock::acquire)
          .with("AsyncQueue.put", () -> queue.put("never"))
          .with("AsyncQueue.get", queue::get)
          .with("AsyncQueue.join", queue::join)
          .with("AsyncCondition.await", new AsyncCondition(lock)::await)
          .with("AsyncEvent.await", new AsyncEvent()::await)
          .with("AsyncSemaphore.acquire", new AsyncSemaphore(1)::acquire)
          .with("AsyncBarrier.await", new AsyncBarrier(1)::await)
          .assertRefused())));
      assertThat(outcome.await()).isNull();
      assertThat(lock.isLocked()).isFalse();
      assertThat(queue.isEmpty()).isTrue();
    });
  }

  @Test
  void loops_thatAreClosed_refuseWhatNeedsOneThatIsOpen() {
    LoopEngine loop = newEventLoop();
    CompletableAsyncFuture<String> future = loop.createFuture();
    Handle handle = loop.callSoon(() -> {});
    TimerHandle timer = loop.callLater(Duration.ofDays(1), () -> {});
    Task<?> task = loop.createTask(() -> {});
    reportsOf(loop);
    loop.close();
    loop.close();

    assertThat(loop.isClosed()).isTrue();
    assertThat(loop.isRunning()).isFalse();
    Calls calls = new Calls()
        .with("EventLoop.callSoon", () -> loop.callSoon(() -> {}))
        .with("EventLoop.callAt", () -> loop.callAt(0, () -> {}))
        .with("EventLoop.createTask", () -> loop.createTask(() -> {}))
        .with("LoopEngine.stop", loop::stop)
        .with("CompletableAsyncFuture.setResult", () -> future.setResult("late"))
        .with("CompletableAsyncFuture.setException", () -> future.setException(new IllegalStateException("late")))
        .with("AsyncFuture.cancel", future::cancel)
        .with("AsyncFuture.addDoneCallback", () -> future.addDoneCallback(done -> {}))
        .with("EventLoop.callSoonThreadsafe", () -> loop.callSoonThreadsafe(() -> {}))
        .with("LoopEngine.runForever", loop::runForever);
    assertThat(calls.all).allSatisfy(call -> assertThat(catchThrowable(call.body)).as(call.name)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed"));
    assertThat(catchThrowable(() -> loop.execute(() -> {})))
        .isInstanceOf(java.util.concurrent.RejectedExecutionException.class);
    // What is harmless is not refused.
    handle.cancel();
    timer.cancel();
    assertThat(handle.isCancelled() && timer.isCancelled()).isTrue();
    assertThat(future.isDone()).isFalse();
    assertThat(task.isCancelled()).isTrue();
    assertThat(loop.allTasks()).isEmpty();
  }

  @Test
  void loops_thatRun_areNeitherRunNorClosedOnceMore() {
    run(() -> {
      LoopEngine loop = LoopEngine.running();
      AsyncFuture<String> future = loop.createFuture();
      assertThat(loop.isRunning()).isTrue();
      List<ThrowingCallable> calls = List.of(loop::close, loop::runForever, () -> loop.runUntilComplete(future));
      for (ThrowingCallable call : calls) {
        assertThat(catchThrowable(call)).isExactlyInstanceOf(IllegalStateException.class);
        Async.toThread(() -> {
          assertThat(catchThrowable(call)).isExactlyInstanceOf(IllegalStateException.class);
        });
      }
      giveATurn();
      assertThat(loop.isRunning()).isTrue();
    });
  }

  @Test
  void futures_ofAnotherLoop_areRefused() {
    EventLoop other = newEventLoop();
    AsyncFuture<String> foreign = other.createFuture();
    assertThat(catchThrowable(() -> loop().runUntilComplete(foreign))).isInstanceOf(IllegalArgumentException.class);
    runUntilComplete(() -> {
      assertThat(catchThrowable(foreign::await)).isExactlyInstanceOf(IllegalStateException.class);
      assertThat(catchThrowable(() -> Async.gather(List.of(foreign)))).isInstanceOf(IllegalArgumentException.class);
      assertThat(catchThrowable(() -> Async.awaitAll(List.of(foreign)))).isInstanceOf(IllegalArgumentException.class);
      assertThat(catchThrowable(() -> Async.asCompleted(List.of(foreign))))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(catchThrowable(() -> Async.waitFor(FOREVER, foreign))).isInstanceOf(IllegalArgumentException.class);
      assertThat(catchThrowable(() -> Async.shield(foreign))).isInstanceOf(IllegalArgumentException.class);
      Task<?> self = Async.currentTask();
      assertThat(catchThrowable(self::await)).isExactlyInstanceOf(IllegalStateException.class);
    });
    assertThat(foreign.isDone()).isFalse();
  }

  @Test
  void groups_ofAnotherLoopThatIsIdle_areRefused() {
    LoopEngine other = newEventLoop();
    List<TaskGroup> opened = new ArrayList<>();
    Task<?> task = other.createTask(() -> TaskGroup.run((TaskGroup group) -> {
      opened.add(group);
      waitForever();
    }));
    runBriefly(other);
    runUntilComplete(() -> new Calls()
        .with("TaskGroup.createTask", () -> opened.get(0).createTask(() -> {}))
        .with("TaskGroup.cancel", () -> opened.get(0).cancel())
        .assertRefused());
    assertThat(task.isDone()).isFalse();

    opened.get(0).cancel(); // as the owner of the loop that is idle

    other.runUntilComplete(task);
  }
}
