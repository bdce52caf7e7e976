package io.asyncrunner.netty;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.contract.BadInputContract;
import io.asyncrunner.contract.CallbacksContract;
import io.asyncrunner.contract.CancellationContract;
import io.asyncrunner.contract.ClosingContract;
import io.asyncrunner.contract.ErrorsContract;
import io.asyncrunner.contract.FuturesContract;
import io.asyncrunner.contract.InterruptsContract;
import io.asyncrunner.contract.LeaksContract;
import io.asyncrunner.contract.RunnerLifeCycleContract;
import io.asyncrunner.contract.SurroundingsContract;
import io.asyncrunner.contract.TasksContract;
import io.asyncrunner.contract.ThreadCallsContract;
import io.asyncrunner.contract.WhoMayCallContract;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Loops that wait in io_uring, held against the contract; which need confined fibers. */
@EnabledForJreRange(min = JRE.JAVA_25)
class IoUringContractTest {
  interface IoUring extends OnNetty {
    @Override
    default EventLoopFactory loops() {
      return NettyLoops.ioUring();
    }

    @Override
    default boolean belongsToOneThread() {
      return true;
    }
  }

  @Nested
  class RunnerLifeCycle extends RunnerLifeCycleContract implements IoUring {}

  @Nested
  class WhoMayCall extends WhoMayCallContract implements IoUring {}

  @Nested
  class BadInput extends BadInputContract implements IoUring {}

  @Nested
  class Errors extends ErrorsContract implements IoUring {}

  @Nested
  class Closing extends ClosingContract implements IoUring {}

  @Nested
  class Interrupts extends InterruptsContract implements IoUring {}

  @Nested
  class Cancellation extends CancellationContract implements IoUring {}

  @Nested
  class Callbacks extends CallbacksContract implements IoUring {}

  @Nested
  class Surroundings extends SurroundingsContract implements IoUring {}

  @Nested
  class ThreadCalls extends ThreadCallsContract implements IoUring {}

  @Nested
  class Futures extends FuturesContract implements IoUring {}

  @Nested
  class Tasks extends TasksContract implements IoUring {}

  @Nested
  class Leaks extends LeaksContract implements IoUring {}
}
