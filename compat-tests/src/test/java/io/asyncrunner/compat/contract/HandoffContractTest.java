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

/** Loops on virtual threads that hand each other their turn, held against the contract. */
class HandoffContractTest {
  interface Handoff extends LoopKind {
    @Override
    default EventLoopFactory loops() {
      return VirtualThreadLoops.handoff();
    }

    @Override
    default FiberFactory fibers() {
      return VirtualThreadLoops.handoffFibers();
    }
  }

  @Nested
  class RunnerLifeCycle extends RunnerLifeCycleContract implements Handoff {}

  @Nested
  class WhoMayCall extends WhoMayCallContract implements Handoff {}

  @Nested
  class BadInput extends BadInputContract implements Handoff {}

  @Nested
  class Errors extends ErrorsContract implements Handoff {}

  @Nested
  class Closing extends ClosingContract implements Handoff {}

  @Nested
  class Interrupts extends InterruptsContract implements Handoff {}

  @Nested
  class Cancellation extends CancellationContract implements Handoff {}

  @Nested
  class Callbacks extends CallbacksContract implements Handoff {}

  @Nested
  class Surroundings extends SurroundingsContract implements Handoff {}

  @Nested
  class ThreadCalls extends ThreadCallsContract implements Handoff {}

  @Nested
  class Futures extends FuturesContract implements Handoff {}

  @Nested
  class Tasks extends TasksContract implements Handoff {}

  @Nested
  class Leaks extends LeaksContract implements Handoff {}
}
