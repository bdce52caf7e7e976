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

/**
 * A loop is closed while two callbacks are sent to it, so that both threads may want its inlet emptied, which one at a time may
 * do. {@link InletDrainingBroken} does it wrongly.
 */
@JCStressTest
@Outcome(id = "(dropped|refused), (dropped|refused)", expect = ACCEPTABLE, desc = "Each was told once.")
@Outcome(expect = FORBIDDEN, desc = "Nobody is told, or somebody twice.")
@State
public class InletDrainingTest {
  private final LoopEngine loop = EventLoops.of(new ParkingPoller(), NoFibers::new);
  private final Parcel first = new Parcel();
  private final Parcel second = new Parcel();

  @Actor
  public void closer() {
    loop.close();
  }

  @Actor
  public void sender() {
    first.sendTo(loop);
    second.sendTo(loop);
  }

  @Arbiter
  public void after(L_Result result) {
    result.r1 = first.fate() + ", " + second.fate();
  }
}
