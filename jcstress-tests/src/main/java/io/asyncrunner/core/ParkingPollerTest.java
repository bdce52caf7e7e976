package io.asyncrunner.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A poller is about to park, while it is woken. Whether the wake-up was lost shows in the time: the poll then lasts to its
 * end. {@link ParkingPollerBroken} does it wrongly.
 */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "The poll ended before its time.")
@Outcome(id = "1", expect = FORBIDDEN, desc = "The poll lasted to its end: the wake-up is lost.")
@State
public class ParkingPollerTest {
  /** Long enough for no hiccup of the machine to be taken for a lost wake-up. */
  static final long LIMIT = 2_000_000_000L;

  private final ParkingPoller poller = new ParkingPoller();

  @Actor
  public void loop(I_Result result) {
    long begin = System.nanoTime();
    poller.poll(LIMIT);
    result.r1 = System.nanoTime() - begin >= LIMIT ? 1 : 0;
  }

  @Actor
  public void waker() {
    poller.wakeup();
  }
}
