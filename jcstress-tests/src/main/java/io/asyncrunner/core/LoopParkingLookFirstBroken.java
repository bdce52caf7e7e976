package io.asyncrunner.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** The twin of {@link LoopParkingTest} that looks for entries before it announces that it waits. Has to fail. */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "The loop saw the entry and did not wait.")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "The loop waited, and the sender woke it.")
@Outcome(id = "2", expect = FORBIDDEN, desc = "The loop waits, and nobody wakes it: the entry is stranded.")
@State
public class LoopParkingLookFirstBroken {
  private final ParkedFlag protocol = new LookFirst();

  private static final class LookFirst extends ParkedFlag {
    private volatile boolean parked;

    @Override
    void park() {
      boolean empty = inlet.isEmpty();
      parked = true; // too late: who has added meanwhile did not see it
      if (empty) {
        sleeper.sleep();
      }
      parked = false;
    }

    @Override
    void post(Object entry) {
      inlet.offer(entry);
      VarHandle.fullFence();
      if (parked) {
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
