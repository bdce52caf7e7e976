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
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The twin of {@link InletDrainingTest} in which who finds another thread emptying the inlet goes away, without having that
 * look once more. Has to fail.
 */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Both were told.")
@Outcome(expect = FORBIDDEN, desc = "One lies in the inlet of a closed loop for ever.")
@State
public class InletDrainingBroken {
  private final MpscUnboundedVarHandleArrayQueue<AtomicBoolean> inlet = new MpscUnboundedVarHandleArrayQueue<>(64);
  private final AtomicBoolean draining = new AtomicBoolean();
  private final AtomicBoolean first = new AtomicBoolean();
  private final AtomicBoolean second = new AtomicBoolean();

  private void sendToTheClosed(AtomicBoolean entry) {
    inlet.offer(entry);
    if (draining.compareAndSet(false, true)) { // else somebody is at it, and may just have finished looking
      for (AtomicBoolean found = inlet.poll(); found != null; found = inlet.poll()) {
        found.set(true);
      }
      draining.set(false);
    }
  }

  @Actor
  public void firstSender() {
    sendToTheClosed(first);
  }

  @Actor
  public void secondSender() {
    sendToTheClosed(second);
  }

  @Arbiter
  public void after(ZZ_Result result) {
    result.r1 = first.get();
    result.r2 = second.get();
  }
}
