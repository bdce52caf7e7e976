package io.asyncrunner.tck;

import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.queues.QueueKind;
import io.asyncrunner.tck.support.EagerTasks;
import io.asyncrunner.tck.support.LoopSource;
import org.junit.jupiter.api.Nested;

/**
 * Holds the loops of one factory against CPython's tests of asyncio. Subclass it, supply the factory, and run the subclass as
 * any other JUnit test:
 *
 * <pre>{@code
 * class MyLoopTest extends EventLoopTck {
 *   @Override
 *   protected LoopEngine newEventLoop(Ticker ticker) {
 *     return EventLoops.of(new MyPoller(), PlatformThreadLoops.fibers(), ticker);
 *   }
 * }
 * }</pre>
 *
 * <p>A nested class holds the tests of one class of CPython's, under its name; a test method has the name that it has there. The
 * classes named {@code …Rules} hold what those tests leave open. Tests that start JVMs of their own, which takes most of the time,
 * have the tag {@code child-jvm}.
 */
public abstract class EventLoopTck {
  private final LoopSource loops = new LoopSource() {
    @Override
    public LoopEngine newEventLoop(Ticker ticker) {
      return EventLoopTck.this.newEventLoop(ticker);
    }

    @Override
    public boolean reportsGarbageWhileRunning() {
      return EventLoopTck.this.reportsGarbageWhileRunning();
    }

    @Override
    public boolean waitsInRealTime() {
      return EventLoopTck.this.waitsInRealTime();
    }
  };

  /** For subclasses. */
  protected EventLoopTck() {}

  /**
   * Makes a loop to be tested. The kit closes it.
   *
   * @param ticker the clock that the loop has to go by: a virtual one in nearly all tests. A loop whose own clock is virtual may
   *     ignore it
   * @return a new loop
   */
  protected abstract LoopEngine newEventLoop(Ticker ticker);

  /**
   * Tells when the loops report failures that nobody has looked at: as soon as they are garbage, as in CPython. Override it for loops
   * whose runs must not depend on when the garbage collector comes.
   *
   * @return false if they do so only when the loop is closed
   */
  protected boolean reportsGarbageWhileRunning() {
    return true;
  }

  /**
   * Tells whether the loops wait in real time when nothing is ready. Override it for loops on a clock of their own, which do not wait for
   * threads that they know nothing of, nor for signals: the tests of that are aborted, with this as the reason.
   *
   * @return false if their time jumps to the next timer, or the run ends where there is none
   */
  protected boolean waitsInRealTime() {
    return true;
  }

  @Nested
  class LoopRules extends io.asyncrunner.tck.rules.LoopRules {
    LoopRules() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class RunRules extends io.asyncrunner.tck.rules.RunRules {
    RunRules() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class ErrorRules extends io.asyncrunner.tck.rules.ErrorRules {
    ErrorRules() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class ClosingRules extends io.asyncrunner.tck.rules.ClosingRules {
    ClosingRules() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class QueueRules extends io.asyncrunner.tck.rules.QueueRules {
    QueueRules() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class TimerRules extends io.asyncrunner.tck.rules.TimerRules {
    TimerRules() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class ContextRules extends io.asyncrunner.tck.rules.ContextRules {
    ContextRules() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class OwnerRules extends io.asyncrunner.tck.rules.OwnerRules {
    OwnerRules() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class FailureRules extends io.asyncrunner.tck.rules.FailureRules {
    FailureRules() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class CombinatorRules extends io.asyncrunner.tck.rules.CombinatorRules {
    CombinatorRules() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class GeneratorRules extends io.asyncrunner.tck.rules.GeneratorRules {
    GeneratorRules() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class ThreadRules extends io.asyncrunner.tck.rules.ThreadRules {
    ThreadRules() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class RunTests extends io.asyncrunner.tck.runners.RunTests {
    RunTests() {
      super(EventLoopTck.this.loops, EventLoopTck.this.getClass());
    }
  }

  @Nested
  class RunnerTests extends io.asyncrunner.tck.runners.RunnerTests {
    RunnerTests() {
      super(EventLoopTck.this.loops, EventLoopTck.this.getClass());
    }
  }

  @Nested
  class MissingCoverageTests extends io.asyncrunner.tck.extras.MissingCoverageTests {
    MissingCoverageTests() {
      super(EventLoopTck.this.loops, EventLoopTck.this.getClass());
    }
  }

  @Nested
  class BaseTaskTests extends io.asyncrunner.tck.tasks.BaseTaskTests {
    BaseTaskTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class AddSubclassTests extends io.asyncrunner.tck.tasks.AddSubclassTests {
    AddSubclassTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class BaseTaskIntrospectionTests extends io.asyncrunner.tck.tasks.BaseTaskIntrospectionTests {
    BaseTaskIntrospectionTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class BaseCurrentLoopTests extends io.asyncrunner.tck.tasks.BaseCurrentLoopTests {
    BaseCurrentLoopTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class GenericTaskTests extends io.asyncrunner.tck.tasks.GenericTaskTests {
    GenericTaskTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class GatherTestsBase extends io.asyncrunner.tck.tasks.GatherTestsBase {
    GatherTestsBase() {
      super(EventLoopTck.this.loops, EventLoopTck.this.getClass());
    }
  }

  @Nested
  class FutureGatherTests extends io.asyncrunner.tck.tasks.FutureGatherTests {
    FutureGatherTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class CoroutineGatherTests extends io.asyncrunner.tck.tasks.CoroutineGatherTests {
    CoroutineGatherTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class RunCoroutineThreadsafeTests extends io.asyncrunner.tck.tasks.RunCoroutineThreadsafeTests {
    RunCoroutineThreadsafeTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class SleepTests extends io.asyncrunner.tck.tasks.SleepTests {
    SleepTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class TestTaskGroup extends io.asyncrunner.tck.taskgroups.TestTaskGroup {
    TestTaskGroup() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class TestEagerTaskTaskGroup extends io.asyncrunner.tck.taskgroups.TestTaskGroup {
    TestEagerTaskTaskGroup() {
      super(EagerTasks.on(EventLoopTck.this.loops));
    }
  }

  @Nested
  class TimeoutTests extends io.asyncrunner.tck.timeouts.TimeoutTests {
    TimeoutTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class AsyncioWaitForTest extends io.asyncrunner.tck.waitfor.AsyncioWaitForTest {
    AsyncioWaitForTest() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class WaitForShieldTests extends io.asyncrunner.tck.waitfor.WaitForShieldTests {
    WaitForShieldTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class BaseFutureTests extends io.asyncrunner.tck.futures.BaseFutureTests {
    BaseFutureTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class BaseFutureDoneCallbackTests extends io.asyncrunner.tck.futures.BaseFutureDoneCallbackTests {
    BaseFutureDoneCallbackTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class FutureTests extends io.asyncrunner.tck.futures2.FutureTests {
    FutureTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class FutureReprTests extends io.asyncrunner.tck.futures2.FutureReprTests {
    FutureReprTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class LockTests extends io.asyncrunner.tck.locks.LockTests {
    LockTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class EventTests extends io.asyncrunner.tck.locks.EventTests {
    EventTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class ConditionTests extends io.asyncrunner.tck.locks.ConditionTests {
    ConditionTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class SemaphoreTests extends io.asyncrunner.tck.locks.SemaphoreTests {
    SemaphoreTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class BarrierTests extends io.asyncrunner.tck.locks.BarrierTests {
    BarrierTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class QueueBasicTests extends io.asyncrunner.tck.queues.QueueBasicTests {
    QueueBasicTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class QueueGetTests extends io.asyncrunner.tck.queues.QueueGetTests {
    QueueGetTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class QueuePutTests extends io.asyncrunner.tck.queues.QueuePutTests {
    QueuePutTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class LifoQueueTests extends io.asyncrunner.tck.queues.LifoQueueTests {
    LifoQueueTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class PriorityQueueTests extends io.asyncrunner.tck.queues.PriorityQueueTests {
    PriorityQueueTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class QueueJoinTests extends io.asyncrunner.tck.queues.QueueJoinTestMixin {
    QueueJoinTests() {
      super(EventLoopTck.this.loops, QueueKind.FIFO);
    }
  }

  @Nested
  class LifoQueueJoinTests extends io.asyncrunner.tck.queues.QueueJoinTestMixin {
    LifoQueueJoinTests() {
      super(EventLoopTck.this.loops, QueueKind.LIFO);
    }
  }

  @Nested
  class PriorityQueueJoinTests extends io.asyncrunner.tck.queues.QueueJoinTestMixin {
    PriorityQueueJoinTests() {
      super(EventLoopTck.this.loops, QueueKind.PRIORITY);
    }
  }

  @Nested
  class QueueShutdownTests extends io.asyncrunner.tck.queues.QueueShutdownTestMixin {
    QueueShutdownTests() {
      super(EventLoopTck.this.loops, QueueKind.FIFO);
    }
  }

  @Nested
  class LifoQueueShutdownTests extends io.asyncrunner.tck.queues.QueueShutdownTestMixin {
    LifoQueueShutdownTests() {
      super(EventLoopTck.this.loops, QueueKind.LIFO);
    }
  }

  @Nested
  class PriorityQueueShutdownTests extends io.asyncrunner.tck.queues.QueueShutdownTestMixin {
    PriorityQueueShutdownTests() {
      super(EventLoopTck.this.loops, QueueKind.PRIORITY);
    }
  }

  @Nested
  class DecimalContextTest extends io.asyncrunner.tck.context.DecimalContextTest {
    DecimalContextTest() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class ToThreadTests extends io.asyncrunner.tck.threads.ToThreadTests {
    ToThreadTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class Pep492LockTests extends io.asyncrunner.tck.pep492.LockTests {
    Pep492LockTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class CoroutineTests extends io.asyncrunner.tck.pep492.CoroutineTests {
    CoroutineTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class BaseEventLoopTests extends io.asyncrunner.tck.baseevents.BaseEventLoopTests {
    BaseEventLoopTests() {
      super(EventLoopTck.this.loops, EventLoopTck.this.getClass());
    }
  }

  @Nested
  class BaseEventLoopWithSelectorTests extends io.asyncrunner.tck.baseevents.BaseEventLoopWithSelectorTests {
    BaseEventLoopWithSelectorTests() {
      super(EventLoopTck.this.loops, EventLoopTck.this.getClass());
    }
  }

  @Nested
  class RunningLoopTests extends io.asyncrunner.tck.baseevents.RunningLoopTests {
    RunningLoopTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class EventLoopTestsMixin extends io.asyncrunner.tck.events.EventLoopTestsMixin {
    EventLoopTestsMixin() {
      super(EventLoopTck.this.loops, EventLoopTck.this.getClass());
    }
  }

  @Nested
  class HandleTests extends io.asyncrunner.tck.events.HandleTests {
    HandleTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class TimerTests extends io.asyncrunner.tck.events.TimerTests {
    TimerTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class GetEventLoopTestsMixin extends io.asyncrunner.tck.events.GetEventLoopTestsMixin {
    GetEventLoopTestsMixin() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class EagerTaskFactoryLoopTests extends io.asyncrunner.tck.eagertaskfactory.EagerTaskFactoryLoopTests {
    EagerTaskFactoryLoopTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class CEagerTaskFactoryLoopTests extends io.asyncrunner.tck.eagertaskfactory.CEagerTaskFactoryLoopTests {
    CEagerTaskFactoryLoopTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class NonEagerTests extends io.asyncrunner.tck.eagertaskfactory.BaseTaskCountingTests {
    NonEagerTests() {
      super(EventLoopTck.this.loops, false);
    }
  }

  @Nested
  class EagerTests extends io.asyncrunner.tck.eagertaskfactory.BaseTaskCountingTests {
    EagerTests() {
      super(EventLoopTck.this.loops, true);
    }
  }

  @Nested
  class DefaultTaskFactoryEagerStart extends io.asyncrunner.tck.eagertaskfactory.DefaultTaskFactoryEagerStart {
    DefaultTaskFactoryEagerStart() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class StaggeredTests extends io.asyncrunner.tck.staggered.StaggeredTests {
    StaggeredTests() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class TestFreeThreading extends io.asyncrunner.tck.freethreading.TestFreeThreading {
    TestFreeThreading() {
      super(EventLoopTck.this.loops);
    }
  }

  @Nested
  class TestEagerFreeThreading extends io.asyncrunner.tck.freethreading.TestFreeThreading {
    TestEagerFreeThreading() {
      super(EagerTasks.on(EventLoopTck.this.loops));
    }
  }
}
