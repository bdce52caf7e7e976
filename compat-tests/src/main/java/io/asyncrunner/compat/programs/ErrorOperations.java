package io.asyncrunner.compat.programs;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.EventLoop;
import io.asyncrunner.KeyboardInterrupt;
import java.util.List;

/** Throwing, catching, cleaning up. */
final class ErrorOperations {
  private ErrorOperations() {}

  /** The message of the memory errors that programs throw themselves. */
  static final String FULL = "as if the heap were full";

  static final List<Operation> ALL = List.of(
      Operation.immediate("throw", (flow, step) -> {
        throw new Fault("thrown by " + flow);
      }).at(Place.values()).weighing(2).taking(0),
      Operation.immediate("throw-checked", (flow, step) -> {
        throw new Fault.Checked("thrown by " + flow);
      }).at(Place.TASK, Place.THREAD).weighing(1).taking(0),
      Operation.immediate("throw-assertion", (flow, step) -> {
        throw new Fault.Failed("thrown by " + flow);
      }).at(Place.values()).weighing(1).taking(0),
      Operation.immediate("end-run", ErrorOperations::endRun).weighing(1),
      Operation.waiting("overflow", ErrorOperations::overflow).weighing(1),
      Operation.waiting("attempt", ErrorOperations::attempt).weighing(6).taking(0, Place.TASK, Place.TASK),
      Operation.waiting("finally", ErrorOperations::cleanUp).weighing(5).taking(0, Place.TASK, Place.TASK),
      Operation.waiting("swallow", ErrorOperations::swallow).weighing(2).taking(1, Place.TASK, Place.TASK));

  private static void endRun(Flow flow, Step step) {
    switch (step.number(0) % 6) {
      case 0 -> throw new KeyboardInterrupt("as if by a signal");
      case 1 -> throw new OutOfMemoryError(FULL);
      case 2 -> throw new StackOverflowError();
      default -> flow.world.tick(); // not that often
    }
  }

  /** Yields where the stack is nearly full: that is refused, and nothing has happened, or is done. */
  private static void overflow(Flow flow, Step step) {
    try {
      deeper(step.number(0) % 2 == 0);
    } catch (StackOverflowError expected) {
      flow.world.tick();
    }
  }

  @SuppressWarnings("InfiniteRecursion") // until the stack ends
  private static int deeper(boolean yielding) {
    try {
      return deeper(yielding) + 1;
    } catch (StackOverflowError full) {
      if (yielding) {
        EventLoop.running().yieldNow();
      }
      throw full;
    }
  }

  private static void attempt(Flow flow, Step step) throws Exception {
    try {
      flow.run(step.block(0));
    } catch (InterruptedException | java.io.IOException interrupted) { // may be the cancellation
      throw interrupted;
    } catch (Exception caught) {
      flow.run(step.block(1));
    }
  }

  private static void cleanUp(Flow flow, Step step) throws Exception {
    try {
      flow.run(step.block(0));
    } finally {
      flow.run(step.block(1));
    }
  }

  /** Goes on in spite of a cancellation, once a flow. */
  private static void swallow(Flow flow, Step step) throws Exception {
    try {
      flow.run(step.block(0));
    } catch (CancelledError cancelled) {
      if (flow.hasSwallowed || (flow.world.isClosing() && !flow.world.kind.isSimulated())) {
        throw cancelled;
      }
      flow.hasSwallowed = true;
      if (step.number(0) % 2 == 0) {
        Async.currentTask().uncancel();
      }
      flow.run(step.block(1));
    }
  }
}
