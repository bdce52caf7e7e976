package io.asyncrunner.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** The twin of {@link ParkingPollerTest} that looks for a wake-up before it says who waits. Has to fail. */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "The poll ended before its time.")
@Outcome(id = "1", expect = FORBIDDEN, desc = "The poll lasted to its end: the wake-up is lost.")
@State
public class ParkingPollerBroken {
  /** Shorter than in the real test, because this one really waits. */
  private static final long LIMIT = 50_000_000L;

  private volatile @Nullable Thread waiter;
  private volatile boolean signalled;

  @Actor
  public void loop(I_Result result) {
    long begin = System.nanoTime();
    poll();
    result.r1 = System.nanoTime() - begin >= LIMIT ? 1 : 0;
  }

  private void poll() {
    boolean look = signalled;
    waiter = Thread.currentThread(); // too late: who has woken meanwhile found nobody
    if (!look) {
      LockSupport.parkNanos(this, LIMIT);
    }
    waiter = null;
    signalled = false;
  }

  @Actor
  public void waker() {
    signalled = true;
    Thread thread = waiter;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }
}
