package io.asyncrunner;

import io.asyncrunner.spi.InPlace;
import io.asyncrunner.sync.AsyncSemaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Code that a task runs on another thread: on its way there, and its result on the way back.
 *
 * <pre>{@code
 * +-----+ the thread begins  +---------+   the code ends            +-------+
 * | NEW | -----------------> | RUNNING | -------------------------> | ENDED |
 * +-----+                    +---------+                            +-------+
 *    | the task gives up,         | the task interrupts  +--------------+ the interrupt is out  +-------------+
 *    V                            +--------------------> | INTERRUPTING | --------------------> | INTERRUPTED |
 * +----------+                                           +--------------+                       +-------------+
 * | GIVEN_UP |   never begins
 * +----------+
 * }</pre>
 *
 * Each arrow is a compare-and-set. A thread whose code ends while it is INTERRUPTING waits for the interrupt and takes it back,
 * so that it does not reach what the thread does next.
 */
final class ThreadCall<T extends @Nullable Object, X extends Throwable> implements Runnable {
  private enum State {
    GIVEN_UP,
    INTERRUPTING,
    INTERRUPTED,
    ENDED
  }

  private final EventLoop loop;
  private final Coroutine<T, X> body;
  private final Context context = Context.copyCurrent();
  private final @Nullable AsyncSemaphore limiter;
  private final boolean interruptOnCancel;

  /** NEW: {@code null}; RUNNING: the thread. */
  private final AtomicReference<@Nullable Object> state = new AtomicReference<>();

  // The loop's.
  private AsyncFuture<T> result;
  private @Nullable AsyncFuture<@Nullable Void> waiter;
  private boolean ended;

  ThreadCall(EventLoop loop, Coroutine<T, X> body, ThreadOptions options) {
    this.loop = loop;
    this.body = loop.propagating(body);
    this.limiter = options.limiter();
    this.interruptOnCancel = options.interruptOnCancel();
    this.result = loop.createFuture();
  }

  /** Has the code run and gives its result. In a task. */
  T call() {
    if (limiter != null) {
      limiter.acquire();
    }
    try {
      loop.defaultExecutor().execute(this);
    } catch (Throwable refused) {
      if (state.compareAndSet(null, State.GIVEN_UP)) { // else it has been accepted all the same, and ends as any other
        onEnd();
      }
      throw refused;
    }
    try {
      return Throwables.awaitUnwrapped(result);
    } catch (CancelledError cancelled) {
      giveUp();
      throw cancelled;
    }
  }

  private void giveUp() {
    if (state.compareAndSet(null, State.GIVEN_UP)) {
      onEnd();
    } else if (interruptOnCancel) {
      Object found = state.get();
      if (found instanceof Thread thread && state.compareAndSet(found, State.INTERRUPTING)) {
        thread.interrupt();
        state.set(State.INTERRUPTED);
      }
      awaitEnd();
    }
  }

  /** Waits until the code has ended, also if the task is cancelled again; the caller throws the first cancellation. */
  private void awaitEnd() {
    while (!ended) {
      waiter = loop.createFuture();
      try {
        waiter.await();
      } catch (CancelledError again) {
        // Interrupted once is enough.
      }
    }
  }

  /** The code has ended, or never will begin. On the loop. */
  private void onEnd() {
    ended = true;
    if (limiter != null) {
      limiter.release();
    }
    if (waiter != null && !waiter.isDone()) {
      waiter.setResult(null);
    }
  }

  /** The code; on its thread. */
  @Override
  public void run() {
    Thread thread = Thread.currentThread();
    if (!state.compareAndSet(null, thread)) {
      return; // given up
    }
    Runnable completion;
    try {
      T value = context.run(body);
      completion = () -> result.setResult(value);
    } catch (Throwable thrown) {
      completion = () -> result.setException(thrown);
    }
    if (!state.compareAndSet(thread, State.ENDED)) {
      while (state.get() != State.INTERRUPTED) {
        Thread.onSpinWait(); // for the moment between the two writes of giveUp
      }
      Thread.interrupted();
    }
    Runnable complete = completion;
    Async.postQuietly(loop, (Runnable & InPlace) () -> {
      if (!result.isDone()) {
        complete.run();
      }
      onEnd();
    });
  }
}
