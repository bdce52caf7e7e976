package io.asyncrunner.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.asyncrunner.spi.LoopEngine;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A loop runs for one iteration and is closed, while a callback is sent to it. {@link InletClosingBroken} does it wrongly. */
@JCStressTest
@Outcome(id = "ran", expect = ACCEPTABLE, desc = "The loop took it in time.")
@Outcome(id = "dropped", expect = ACCEPTABLE, desc = "It came in time to be accepted, and is told that it will not run.")
@Outcome(id = "refused", expect = ACCEPTABLE, desc = "The loop was closed, and the sender is told so.")
@Outcome(expect = FORBIDDEN, desc = "Nobody is told, or somebody twice.")
@State
public class InletClosingTest {
  private final LoopEngine loop = EventLoops.of(new ParkingPoller(), NoFibers::new);
  private final Parcel parcel = new Parcel();

  @Actor
  public void closer() {
    loop.stop(); // so that the run ends after one iteration
    loop.runForever();
    loop.close();
  }

  @Actor
  public void sender() {
    parcel.sendTo(loop);
  }

  @Arbiter
  public void after(L_Result result) {
    result.r1 = parcel.fate();
  }
}
