package io.asyncrunner.core;

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
import org.junit.jupiter.api.Nested;

/** Loops on platform threads, held against the contract. */
class PlatformThreadsContractTest {
  interface PlatformThreads extends LoopKind {
    @Override
    default EventLoopFactory loops() {
      return PlatformThreadLoops.factory();
    }

    @Override
    default FiberFactory fibers() {
      return PlatformThreadLoops.fibers();
    }

    /** Fewer, because each starts several threads. */
    @Override
    default int runnersForLeaks() {
      return 1_000;
    }
  }

  @Nested
  class RunnerLifeCycle extends RunnerLifeCycleContract implements PlatformThreads {}

  @Nested
  class WhoMayCall extends WhoMayCallContract implements PlatformThreads {}

  @Nested
  class BadInput extends BadInputContract implements PlatformThreads {}

  @Nested
  class Errors extends ErrorsContract implements PlatformThreads {}

  @Nested
  class Closing extends ClosingContract implements PlatformThreads {}

  @Nested
  class Interrupts extends InterruptsContract implements PlatformThreads {}

  @Nested
  class Cancellation extends CancellationContract implements PlatformThreads {
    @Override
    protected int chain() {
      return SHORT_CHAIN;
    }
  }

  @Nested
  class Callbacks extends CallbacksContract implements PlatformThreads {}

  @Nested
  class Surroundings extends SurroundingsContract implements PlatformThreads {}

  @Nested
  class ThreadCalls extends ThreadCallsContract implements PlatformThreads {}

  @Nested
  class Futures extends FuturesContract implements PlatformThreads {}

  @Nested
  class Tasks extends TasksContract implements PlatformThreads {}

  @Nested
  class Leaks extends LeaksContract implements PlatformThreads {}
}
