package io.asyncrunner.core;

import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.spi.Fiber;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The generators of a loop that have begun and are not finished. Confined to the loop. */
final class Generators {
  private final Loop loop;
  private final Set<Generator<?>> begun = new LinkedHashSet<>(); // in the order in which they began

  Generators(Loop loop) {
    this.loop = loop;
  }

  <T extends @Nullable Object> AsyncGenerator<T> create(AsyncGenerator.Body<T> body) {
    return new Generator<>(body);
  }

  /**
   * Closes all, on the calling task. If that is cancelled, or an error ends the run meanwhile, the others are closed all the same,
   * and what happened is thrown then; who is cancelled does not wait for any more of them.
   */
  void closeAll() {
    TaskImpl<?> task = loop.currentTask("LoopEngine.shutdownGenerators");
    Throwable first = null;
    for (Generator<?> generator : List.copyOf(begun)) {
      if (first instanceof CancelledError cancelled) {
        task.cancel(cancelled.reason());
      }
      try {
        generator.close();
      } catch (Throwable thrown) {
        if (thrown instanceof CancelledError || Loop.endsRun(thrown)) {
          first = first == null ? thrown : first;
        } else {
          loop.callExceptionHandler(
              new ExceptionContext("an error occurred while a generator was being closed", thrown));
        }
      }
    }
    if (first != null) {
      throw Loop.sneaky(first);
    }
  }

  /** The loop has closed: lets the code of those that wait at a {@code yield} clean up outside it. */
  void releaseAll() {
    for (Generator<?> generator : begun) {
      if (!generator.isRunning()) {
        loop.release(Objects.requireNonNull(generator.fiber));
      }
    }
    begun.clear();
  }

  /**
   * A generator: a fiber that the asking task gives its turn to, and gets it back from at each {@code yield}.
   *
   * <pre>
   * +-----+ first ask  +---------+  yield   +-----------+
   * | NEW | ---------> |         | -------> | SUSPENDED |
   * +-----+            | RUNNING | <------- |           |
   *    |               |         | ask,     +-----------+
   *    | close         |         | close
   *    |               +---------+  code ends    +----------+
   *    +---------------------|-----------------> | FINISHED |
   *                          +-----------------> +----------+
   * </pre>
   */
  private final class Generator<T extends @Nullable Object>
      implements AsyncGenerator<T>, AsyncGenerator.Output<T>, Runnable {
    private @Nullable Body<T> body; // until it is called, or will not be
    private ContextPropagator.@Nullable Snapshot propagated; // of who asked first
    private @Nullable Fiber fiber; // null: NEW
    private @Nullable Fiber consumer; // who asked: non-null while RUNNING
    private boolean finished;
    private boolean closing;
    private boolean hasValue;
    private @Nullable T value;
    private @Nullable Throwable failure;

    Generator(Body<T> body) {
      this.body = body;
    }

    @Override
    public boolean hasNext() {
      loop.currentTask("AsyncGenerator.hasNext");
      if (!hasValue && !finished) {
        ask();
      }
      return hasValue;
    }

    @Override
    @SuppressWarnings("NullAway") // hasValue: the value is a T, which may be nullable
    public T next() {
      loop.currentTask("AsyncGenerator.next");
      if (!hasNext()) {
        throw new NoSuchElementException("the generator has no more values");
      }
      T given = value;
      hasValue = false;
      value = null;
      return given;
    }

    @Override
    public void close() {
      loop.ensureOwnerOrClosed("AsyncGenerator.close");
      if (finished || loop.isClosed()) { // which has closed it, too
        return;
      }
      loop.currentTask("AsyncGenerator.close");
      ensureNotRunning();
      if (fiber == null) {
        finished = true;
        body = null;
        return;
      }
      closing = true;
      hasValue = false;
      value = null;
      ask();
      if (!finished) {
        throw new IllegalStateException(
            "a generator that is being closed gave another value: let a GeneratorExit pass");
      }
    }

    /** Lets the code run to its next value or its end. */
    private void ask() {
      TaskImpl<?> task = loop.currentTask("AsyncGenerator");
      ContextPropagator.Snapshot captured = fiber == null ? loop.capturePropagated() : null; // user code: may suspend
      ensureNotRunning();
      loop.stackReserve.ensure(2); // and that of switchTo
      Fiber me = task.fiber();
      Fiber own = fiber;
      if (own == null) {
        own = loop.newFiber(this, null, me.context());
        fiber = own;
        propagated = captured;
        begun.add(this);
      }
      consumer = me;
      own.setTask(task);
      own.setContext(me.context());
      task.setFiber(own);
      try {
        loop.switchTo(me, own);
      } catch (Throwable unsuspended) {
        if (consumer != null) {
          giveBack();
        }
        throw unsuspended;
      }
      Throwable thrown = failure;
      if (thrown != null) {
        failure = null;
        throw Loop.sneaky(thrown);
      }
    }

    private void ensureNotRunning() {
      if (consumer != null) {
        throw new IllegalStateException("the generator is being asked by " + consumer.task() + " already");
      }
    }

    /** The code, from beginning to end; on the generator's fiber. */
    @Override
    public void run() {
      try {
        Body<T> taken = takeBody();
        if (propagated == null) {
          taken.run(this);
        } else {
          propagated.run(() -> {
            taken.run(this);
            return null;
          });
        }
      } catch (GeneratorExit exit) {
        if (!closing) {
          failure = exit;
        }
      } catch (Throwable thrown) {
        failure = loop.asCancellation(thrown); // here, because the interrupt status is that of this thread
      }
      finished = true;
      if (loop.isClosed()) { // the code has cleaned up outside the loop; who asked does so too
        Fiber asking = consumer;
        if (asking != null) {
          loop.release(asking);
        }
        return;
      }
      begun.remove(this);
      loop.endInFavourOf(giveBack());
    }

    private Body<T> takeBody() {
      Body<T> taken = Objects.requireNonNull(body);
      body = null;
      return taken;
    }

    @Override
    public void yield(T given) {
      Fiber own = Objects.requireNonNull(fiber);
      if (Fiber.current() != own || consumer == null) {
        throw new IllegalStateException("Output.yield has to be called by the code of the generator");
      }
      if (loop.isClosed()) { // nobody takes the value: who asked cleans up outside the loop, as this does
        loop.release(giveBack());
        throw new GeneratorExit();
      }
      value = given;
      hasValue = true;
      Fiber asking = giveBack();
      try {
        loop.switchTo(own, asking);
      } catch (Throwable unsuspended) { // a pinned frame: the value is not given, and the code goes on
        hasValue = false;
        value = null;
        consumer = asking;
        ((TaskImpl<?>) Objects.requireNonNull(asking.task())).setFiber(own);
        throw unsuspended;
      }
      if (closing || loop.isClosed()) {
        throw new GeneratorExit();
      }
    }

    /** Makes the asking fiber the one that runs its task again. */
    private Fiber giveBack() {
      Fiber asking = Objects.requireNonNull(consumer);
      consumer = null;
      ((TaskImpl<?>) Objects.requireNonNull(asking.task())).setFiber(asking);
      return asking;
    }

    @Override
    public boolean isRunning() {
      loop.ensureOwnerOrClosed("AsyncGenerator.isRunning");
      return consumer != null;
    }

    @Override
    public boolean isFinished() {
      loop.ensureOwnerOrClosed("AsyncGenerator.isFinished");
      return finished;
    }
  }
}
