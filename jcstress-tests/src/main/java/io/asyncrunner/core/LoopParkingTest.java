package io.asyncrunner.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Poller;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A loop is about to wait, while a callback is sent to it. {@link LoopParkingLookFirstBroken} and
 * {@link LoopParkingNoFenceBroken} do it wrongly. */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "The loop saw the callback and did not wait.")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "The loop waited, and the sender woke it.")
@Outcome(id = "2", expect = FORBIDDEN, desc = "The loop waits, and nobody wakes it: the callback is stranded.")
@State
public class LoopParkingTest {
  private final Sleeper sleeper = new Sleeper();

  private final LoopEngine loop = EventLoops.of(new Poller() {
    @Override
    public void poll(long maxWaitNanos) {
      if (maxWaitNanos > 0) {
        sleeper.sleep();
      }
    }

    @Override
    public void wakeup() {
      sleeper.wake();
    }

    @Override
    public void close() {}
  }, NoFibers::new, () -> 0);

  @Actor
  public void loop(I_Result result) {
    loop.callSoon((Runnable & InPlace) sleeper::approach); // all that there is before the loop waits
    loop.runForever();
    result.r1 = sleeper.outcome();
  }

  @Actor
  public void sender() {
    sleeper.awaitApproach();
    loop.execute((Runnable & InPlace) loop::stop);
    sleeper.sent();
  }
}
