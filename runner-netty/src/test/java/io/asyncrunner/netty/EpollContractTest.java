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

/** Loops that wait in epoll, held against the contract. */
class EpollContractTest {
  interface Epoll extends OnNetty {
    @Override
    default EventLoopFactory loops() {
      return NettyLoops.epoll();
    }
  }

  @Nested
  class RunnerLifeCycle extends RunnerLifeCycleContract implements Epoll {}

  @Nested
  class WhoMayCall extends WhoMayCallContract implements Epoll {}

  @Nested
  class BadInput extends BadInputContract implements Epoll {}

  @Nested
  class Errors extends ErrorsContract implements Epoll {}

  @Nested
  class Closing extends ClosingContract implements Epoll {}

  @Nested
  class Interrupts extends InterruptsContract implements Epoll {}

  @Nested
  class Cancellation extends CancellationContract implements Epoll {}

  @Nested
  class Callbacks extends CallbacksContract implements Epoll {}

  @Nested
  class Surroundings extends SurroundingsContract implements Epoll {}

  @Nested
  class ThreadCalls extends ThreadCallsContract implements Epoll {}

  @Nested
  class Futures extends FuturesContract implements Epoll {}

  @Nested
  class Tasks extends TasksContract implements Epoll {}

  @Nested
  class Leaks extends LeaksContract implements Epoll {}
}
