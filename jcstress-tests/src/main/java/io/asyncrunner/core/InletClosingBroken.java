package io.asyncrunner.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** The twin of {@link InletClosingTest} whose sender looks whether the loop is closed only before it adds. Has to fail. */
@JCStressTest
@Outcome(id = "dropped", expect = ACCEPTABLE, desc = "It came in time to be accepted, and is told that it will not run.")
@Outcome(id = "refused", expect = ACCEPTABLE, desc = "The loop was closed, and the sender is told so.")
@Outcome(id = "lost", expect = FORBIDDEN, desc = "It lies in the inlet of a closed loop for ever.")
@State
public class InletClosingBroken {
  private final MpscUnboundedVarHandleArrayQueue<AtomicBoolean> inlet = new MpscUnboundedVarHandleArrayQueue<>(64);
  private final AtomicBoolean dropped = new AtomicBoolean();
  private volatile boolean closed;
  private boolean refused;

  @Actor
  public void closer() {
    closed = true;
    for (AtomicBoolean entry = inlet.poll(); entry != null; entry = inlet.poll()) {
      entry.set(true);
    }
  }

  @Actor
  public void sender() {
    if (closed) {
      refused = true;
    } else {
      inlet.offer(dropped); // and does not look again
    }
  }

  @Arbiter
  public void after(L_Result result) {
    result.r1 = refused ? "refused" : dropped.get() ? "dropped" : "lost";
  }
}
