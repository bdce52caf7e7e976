package io.asyncrunner.tck;

import io.asyncrunner.EventLoop;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.queues.QueueKind;
import io.asyncrunner.tck.support.EagerTasks;
import org.junit.jupiter.api.Nested;

/**
 * Holds the loops of one factory against CPython's tests of asyncio. Subclass it, supply the factory, and run the subclass as
 * any other JUnit test:
 *
 * <pre>{@code
 * class MyLoopTest extends EventLoopTck {
 *   @Override
 *   protected EventLoop newEventLoop(Ticker ticker) {
 *     return EventLoops.of(new MyPoller(), PlatformThreadLoops.fibers(), ticker);
 *   }
 * }
 * }</pre>
 *
 * <p>A nested class holds the tests of one class of CPython's, under its name; a test method has the name that it has there.
 */
public abstract class EventLoopTck {
  /** For subclasses. */
  protected EventLoopTck() {}

  /**
   * Makes a loop to be tested. The kit closes it.
   *
   * @param ticker the clock that the loop has to go by: a virtual one in nearly all tests. A loop whose own clock is virtual may
   *     ignore it
   * @return a new loop
   */
  protected abstract EventLoop newEventLoop(Ticker ticker);

  @Nested
  class LoopRules extends io.asyncrunner.tck.rules.LoopRules {
    LoopRules() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class RunTests extends io.asyncrunner.tck.runners.RunTests {
    RunTests() {
      super(EventLoopTck.this::newEventLoop, EventLoopTck.this.getClass());
    }
  }

  @Nested
  class RunnerTests extends io.asyncrunner.tck.runners.RunnerTests {
    RunnerTests() {
      super(EventLoopTck.this::newEventLoop, EventLoopTck.this.getClass());
    }
  }

  @Nested
  class MissingCoverageTests extends io.asyncrunner.tck.extras.MissingCoverageTests {
    MissingCoverageTests() {
      super(EventLoopTck.this::newEventLoop, EventLoopTck.this.getClass());
    }
  }

  @Nested
  class BaseTaskTests extends io.asyncrunner.tck.tasks.BaseTaskTests {
    BaseTaskTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class AddSubclassTests extends io.asyncrunner.tck.tasks.AddSubclassTests {
    AddSubclassTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class BaseTaskIntrospectionTests extends io.asyncrunner.tck.tasks.BaseTaskIntrospectionTests {
    BaseTaskIntrospectionTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class BaseCurrentLoopTests extends io.asyncrunner.tck.tasks.BaseCurrentLoopTests {
    BaseCurrentLoopTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class GenericTaskTests extends io.asyncrunner.tck.tasks.GenericTaskTests {
    GenericTaskTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class GatherTestsBase extends io.asyncrunner.tck.tasks.GatherTestsBase {
    GatherTestsBase() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class FutureGatherTests extends io.asyncrunner.tck.tasks.FutureGatherTests {
    FutureGatherTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class CoroutineGatherTests extends io.asyncrunner.tck.tasks.CoroutineGatherTests {
    CoroutineGatherTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class RunCoroutineThreadsafeTests extends io.asyncrunner.tck.tasks.RunCoroutineThreadsafeTests {
    RunCoroutineThreadsafeTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class SleepTests extends io.asyncrunner.tck.tasks.SleepTests {
    SleepTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class TestTaskGroup extends io.asyncrunner.tck.taskgroups.TestTaskGroup {
    TestTaskGroup() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class TestEagerTaskTaskGroup extends io.asyncrunner.tck.taskgroups.TestTaskGroup {
    TestEagerTaskTaskGroup() {
      super(EagerTasks.on(EventLoopTck.this::newEventLoop));
    }
  }

  @Nested
  class TimeoutTests extends io.asyncrunner.tck.timeouts.TimeoutTests {
    TimeoutTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class AsyncioWaitForTest extends io.asyncrunner.tck.waitfor.AsyncioWaitForTest {
    AsyncioWaitForTest() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class WaitForShieldTests extends io.asyncrunner.tck.waitfor.WaitForShieldTests {
    WaitForShieldTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class BaseFutureTests extends io.asyncrunner.tck.futures.BaseFutureTests {
    BaseFutureTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class BaseFutureDoneCallbackTests extends io.asyncrunner.tck.futures.BaseFutureDoneCallbackTests {
    BaseFutureDoneCallbackTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class FutureTests extends io.asyncrunner.tck.futures2.FutureTests {
    FutureTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class FutureReprTests extends io.asyncrunner.tck.futures2.FutureReprTests {
    FutureReprTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class LockTests extends io.asyncrunner.tck.locks.LockTests {
    LockTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class EventTests extends io.asyncrunner.tck.locks.EventTests {
    EventTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class ConditionTests extends io.asyncrunner.tck.locks.ConditionTests {
    ConditionTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class SemaphoreTests extends io.asyncrunner.tck.locks.SemaphoreTests {
    SemaphoreTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class BarrierTests extends io.asyncrunner.tck.locks.BarrierTests {
    BarrierTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class QueueBasicTests extends io.asyncrunner.tck.queues.QueueBasicTests {
    QueueBasicTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class QueueGetTests extends io.asyncrunner.tck.queues.QueueGetTests {
    QueueGetTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class QueuePutTests extends io.asyncrunner.tck.queues.QueuePutTests {
    QueuePutTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class LifoQueueTests extends io.asyncrunner.tck.queues.LifoQueueTests {
    LifoQueueTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class PriorityQueueTests extends io.asyncrunner.tck.queues.PriorityQueueTests {
    PriorityQueueTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class QueueJoinTests extends io.asyncrunner.tck.queues.QueueJoinTestMixin {
    QueueJoinTests() {
      super(EventLoopTck.this::newEventLoop, QueueKind.FIFO);
    }
  }

  @Nested
  class LifoQueueJoinTests extends io.asyncrunner.tck.queues.QueueJoinTestMixin {
    LifoQueueJoinTests() {
      super(EventLoopTck.this::newEventLoop, QueueKind.LIFO);
    }
  }

  @Nested
  class PriorityQueueJoinTests extends io.asyncrunner.tck.queues.QueueJoinTestMixin {
    PriorityQueueJoinTests() {
      super(EventLoopTck.this::newEventLoop, QueueKind.PRIORITY);
    }
  }

  @Nested
  class QueueShutdownTests extends io.asyncrunner.tck.queues.QueueShutdownTestMixin {
    QueueShutdownTests() {
      super(EventLoopTck.this::newEventLoop, QueueKind.FIFO);
    }
  }

  @Nested
  class LifoQueueShutdownTests extends io.asyncrunner.tck.queues.QueueShutdownTestMixin {
    LifoQueueShutdownTests() {
      super(EventLoopTck.this::newEventLoop, QueueKind.LIFO);
    }
  }

  @Nested
  class PriorityQueueShutdownTests extends io.asyncrunner.tck.queues.QueueShutdownTestMixin {
    PriorityQueueShutdownTests() {
      super(EventLoopTck.this::newEventLoop, QueueKind.PRIORITY);
    }
  }

  @Nested
  class DecimalContextTest extends io.asyncrunner.tck.context.DecimalContextTest {
    DecimalContextTest() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class ToThreadTests extends io.asyncrunner.tck.threads.ToThreadTests {
    ToThreadTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class Pep492LockTests extends io.asyncrunner.tck.pep492.LockTests {
    Pep492LockTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class CoroutineTests extends io.asyncrunner.tck.pep492.CoroutineTests {
    CoroutineTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class BaseEventLoopTests extends io.asyncrunner.tck.baseevents.BaseEventLoopTests {
    BaseEventLoopTests() {
      super(EventLoopTck.this::newEventLoop, EventLoopTck.this.getClass());
    }
  }

  @Nested
  class BaseEventLoopWithSelectorTests extends io.asyncrunner.tck.baseevents.BaseEventLoopWithSelectorTests {
    BaseEventLoopWithSelectorTests() {
      super(EventLoopTck.this::newEventLoop, EventLoopTck.this.getClass());
    }
  }

  @Nested
  class RunningLoopTests extends io.asyncrunner.tck.baseevents.RunningLoopTests {
    RunningLoopTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class EventLoopTestsMixin extends io.asyncrunner.tck.events.EventLoopTestsMixin {
    EventLoopTestsMixin() {
      super(EventLoopTck.this::newEventLoop, EventLoopTck.this.getClass());
    }
  }

  @Nested
  class HandleTests extends io.asyncrunner.tck.events.HandleTests {
    HandleTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class TimerTests extends io.asyncrunner.tck.events.TimerTests {
    TimerTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class GetEventLoopTestsMixin extends io.asyncrunner.tck.events.GetEventLoopTestsMixin {
    GetEventLoopTestsMixin() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class EagerTaskFactoryLoopTests extends io.asyncrunner.tck.eagertaskfactory.EagerTaskFactoryLoopTests {
    EagerTaskFactoryLoopTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class CEagerTaskFactoryLoopTests extends io.asyncrunner.tck.eagertaskfactory.CEagerTaskFactoryLoopTests {
    CEagerTaskFactoryLoopTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class NonEagerTests extends io.asyncrunner.tck.eagertaskfactory.BaseTaskCountingTests {
    NonEagerTests() {
      super(EventLoopTck.this::newEventLoop, false);
    }
  }

  @Nested
  class EagerTests extends io.asyncrunner.tck.eagertaskfactory.BaseTaskCountingTests {
    EagerTests() {
      super(EventLoopTck.this::newEventLoop, true);
    }
  }

  @Nested
  class DefaultTaskFactoryEagerStart extends io.asyncrunner.tck.eagertaskfactory.DefaultTaskFactoryEagerStart {
    DefaultTaskFactoryEagerStart() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class StaggeredTests extends io.asyncrunner.tck.staggered.StaggeredTests {
    StaggeredTests() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class TestFreeThreading extends io.asyncrunner.tck.freethreading.TestFreeThreading {
    TestFreeThreading() {
      super(EventLoopTck.this::newEventLoop);
    }
  }

  @Nested
  class TestEagerFreeThreading extends io.asyncrunner.tck.freethreading.TestFreeThreading {
    TestEagerFreeThreading() {
      super(EagerTasks.on(EventLoopTck.this::newEventLoop));
    }
  }
}
