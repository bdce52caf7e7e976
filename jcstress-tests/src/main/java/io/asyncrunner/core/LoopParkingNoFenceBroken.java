package io.asyncrunner.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The twin of {@link LoopParkingTest} that announces without a fence, so that its look for entries may go before the
 * announcement. Has to fail, on x86 too.
 */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "The loop saw the entry and did not wait.")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "The loop waited, and the sender woke it.")
@Outcome(id = "2", expect = FORBIDDEN, desc = "The loop waits, and nobody wakes it: the entry is stranded.")
@State
public class LoopParkingNoFenceBroken {
  private static final VarHandle PARKED;

  static {
    try {
      PARKED = MethodHandles.lookup().findVarHandle(NoFence.class, "parked", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final ParkedFlag protocol = new NoFence();

  private static final class NoFence extends ParkedFlag {
    @SuppressWarnings("unused") // PARKED
    private boolean parked;

    @Override
    void park() {
      PARKED.setRelease(this, true); // no fence: ordered after what was before, not before what comes
      if (inlet.isEmpty()) {
        sleeper.sleep();
      }
      PARKED.setRelease(this, false);
    }

    @Override
    void post(Object entry) {
      inlet.offer(entry);
      VarHandle.fullFence();
      if ((boolean) PARKED.getAcquire(this)) {
        sleeper.wake();
      }
    }
  }

  @Actor
  public void loop(I_Result result) {
    protocol.loop();
    result.r1 = protocol.sleeper.outcome();
  }

  @Actor
  public void sender() {
    protocol.send();
  }
}
