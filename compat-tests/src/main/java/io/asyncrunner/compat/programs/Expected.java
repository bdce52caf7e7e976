package io.asyncrunner.compat.programs;

import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.sync.BrokenAsyncBarrierException;
import io.asyncrunner.sync.QueueShutDownException;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** What may come out of the steps of a program. Everything else is a fault of the library. */
final class Expected {
  private Expected() {}

  static boolean is(@Nullable Throwable thrown) {
    if (thrown instanceof ExceptionGroup group) {
      return group.exceptions().stream().allMatch(Expected::is);
    }
    if (thrown instanceof CompletionException || thrown instanceof ExecutionException) {
      return is(thrown.getCause());
    }
    return thrown instanceof Fault
        || thrown instanceof Fault.Checked
        || thrown instanceof Fault.Failed
        || thrown instanceof CancelledError
        || thrown instanceof CancellationException
        || thrown instanceof DeadlineExceededException
        || thrown instanceof AsyncGenerator.GeneratorExit
        || thrown instanceof BrokenAsyncBarrierException
        || thrown instanceof QueueShutDownException
        || isPlace(thrown)
        || isAboutAPropagator(thrown)
        || endsRun(thrown)
        || isInterruption(thrown);
  }

  /** Whether it only says where something was made, in a report of debug mode. */
  private static boolean isPlace(@Nullable Throwable thrown) {
    return thrown != null && thrown.getClass() == Throwable.class
        && String.valueOf(thrown.getMessage()).startsWith("where ");
  }

  /** Whether it says that a propagator did not do what it should, which hostile ones do not. */
  private static boolean isAboutAPropagator(@Nullable Throwable thrown) {
    return thrown instanceof RuntimeException && String.valueOf(thrown.getMessage()).contains(" propagator ");
  }

  /** Whether it is what a blocking call throws in a task that is cancelled: it may become the cancellation. */
  static boolean isInterruption(@Nullable Throwable thrown) {
    return thrown instanceof InterruptedException || thrown instanceof IOException;
  }

  /** Whether it ends the run of the loop. */
  static boolean endsRun(@Nullable Throwable thrown) {
    return thrown instanceof KeyboardInterrupt || thrown instanceof StackOverflowError
        || (thrown instanceof OutOfMemoryError && ErrorOperations.FULL.equals(thrown.getMessage()));
  }
}
