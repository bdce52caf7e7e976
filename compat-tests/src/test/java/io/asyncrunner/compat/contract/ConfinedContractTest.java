package io.asyncrunner.compat.contract;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.contract.BadInputContract;
import io.asyncrunner.contract.CallbacksContract;
import io.asyncrunner.contract.CancellationContract;
import io.asyncrunner.contract.ClosingContract;
import io.asyncrunner.contract.ErrorsContract;
import io.asyncrunner.contract.FuturesContract;
import io.asyncrunner.contract.InterruptsContract;
import io.asyncrunner.contract.LeaksContract;
import io.asyncrunner.contract.LoopKind;
import io.asyncrunner.contract.RunnerLifeCycleContract;
import io.asyncrunner.contract.SurroundingsContract;
import io.asyncrunner.contract.TasksContract;
import io.asyncrunner.contract.ThreadCallsContract;
import io.asyncrunner.contract.WhoMayCallContract;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;
import org.junit.jupiter.api.Nested;

/** Loops on virtual threads confined to the thread that runs the loop, held against the contract. */
class ConfinedContractTest {
  interface Confined extends LoopKind {
    @Override
    default EventLoopFactory loops() {
      return VirtualThreadLoops.confined();
    }

    @Override
    default FiberFactory fibers() {
      return VirtualThreadLoops.confinedFibers();
    }
  }

  @Nested
  class RunnerLifeCycle extends RunnerLifeCycleContract implements Confined {}

  @Nested
  class WhoMayCall extends WhoMayCallContract implements Confined {}

  @Nested
  class BadInput extends BadInputContract implements Confined {}

  @Nested
  class Errors extends ErrorsContract implements Confined {}

  @Nested
  class Closing extends ClosingContract implements Confined {}

  @Nested
  class Interrupts extends InterruptsContract implements Confined {}

  @Nested
  class Cancellation extends CancellationContract implements Confined {}

  @Nested
  class Callbacks extends CallbacksContract implements Confined {}

  @Nested
  class Surroundings extends SurroundingsContract implements Confined {}

  @Nested
  class ThreadCalls extends ThreadCallsContract implements Confined {}

  @Nested
  class Futures extends FuturesContract implements Confined {}

  @Nested
  class Tasks extends TasksContract implements Confined {}

  @Nested
  class Leaks extends LeaksContract implements Confined {}
}
