package io.asyncrunner.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The twin of {@link ThreadsafeHandleTest} that looks and then acts, instead of doing both in one. Has to fail. */
@JCStressTest
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "It ran; cancelling came too late and has no effect.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "It was cancelled and did not run.")
@Outcome(id = "true, true", expect = FORBIDDEN, desc = "It says that it was cancelled, and ran all the same.")
@Outcome(id = "false, false", expect = FORBIDDEN, desc = "It neither ran nor was cancelled.")
@State
public class ThreadsafeHandleBroken {
  private volatile boolean ran;
  private volatile boolean cancelled;

  @Actor
  public void loop() {
    if (!cancelled) {
      ran = true;
    }
  }

  @Actor
  public void canceller() {
    if (!ran) {
      cancelled = true;
    }
  }

  @Arbiter
  public void after(ZZ_Result result) {
    result.r1 = ran;
    result.r2 = cancelled;
  }
}
