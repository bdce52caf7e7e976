package io.asyncrunner.netty;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.asyncrunner.core.Sleeper;
import io.netty.channel.IoHandlerContext;
import io.netty.util.concurrent.ThreadAwareExecutor;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** The twin of {@link NettyLoopWakeupTest} that tells the transport of a wake-up before it notes it down. Has to fail. */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "The loop knew of the wake-up and did not wait.")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "The loop waited, and the sender woke it.")
@Outcome(id = "2", expect = FORBIDDEN, desc = "The loop waits, and nobody wakes it: the callback is stranded.")
@State
public class NettyLoopWakeupBroken {
  private final Sleeper sleeper = new Sleeper();
  private final Announcing transport = new Announcing(sleeper, new ThreadAwareExecutor() {
    @Override
    public boolean isExecutorThread(Thread thread) {
      return false; // who asks is the sender
    }

    @Override
    public void execute(Runnable task) {
      throw new UnsupportedOperationException();
    }
  });
  private volatile boolean woken;

  @Actor
  public void loop(I_Result result) {
    transport.run(new IoHandlerContext() {
      @Override
      public boolean canBlock() {
        return !woken;
      }

      @Override
      public long delayNanos(long currentTimeNanos) {
        return Long.MAX_VALUE;
      }

      @Override
      public long deadlineNanos() {
        return -1;
      }
    });
    result.r1 = sleeper.outcome();
  }

  @Actor
  public void sender() {
    sleeper.awaitApproach();
    transport.wakeup(); // which has not been announced yet, and does nothing
    woken = true; // too late: the transport has asked
    sleeper.sent();
  }
}
