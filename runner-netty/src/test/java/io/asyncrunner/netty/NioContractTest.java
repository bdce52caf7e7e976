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

/** Loops that wait in the JDK's selectors, held against the contract. */
class NioContractTest {
  interface Nio extends OnNetty {
    @Override
    default EventLoopFactory loops() {
      return NettyLoops.nio();
    }
  }

  @Nested
  class RunnerLifeCycle extends RunnerLifeCycleContract implements Nio {}

  @Nested
  class WhoMayCall extends WhoMayCallContract implements Nio {}

  @Nested
  class BadInput extends BadInputContract implements Nio {}

  @Nested
  class Errors extends ErrorsContract implements Nio {}

  @Nested
  class Closing extends ClosingContract implements Nio {}

  @Nested
  class Interrupts extends InterruptsContract implements Nio {}

  @Nested
  class Cancellation extends CancellationContract implements Nio {}

  @Nested
  class Callbacks extends CallbacksContract implements Nio {}

  @Nested
  class Surroundings extends SurroundingsContract implements Nio {}

  @Nested
  class ThreadCalls extends ThreadCallsContract implements Nio {}

  @Nested
  class Futures extends FuturesContract implements Nio {}

  @Nested
  class Tasks extends TasksContract implements Nio {}

  @Nested
  class Leaks extends LeaksContract implements Nio {}
}
