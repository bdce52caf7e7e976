package io.asyncrunner.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.asyncrunner.Context;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A loop runs a callback that came from another thread, while that thread cancels it. */
@JCStressTest
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "It ran; cancelling came too late and has no effect.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "It was cancelled and did not run.")
@Outcome(id = "true, true", expect = FORBIDDEN, desc = "It says that it was cancelled, and ran all the same.")
@Outcome(id = "false, false", expect = FORBIDDEN, desc = "It neither ran nor was cancelled.")
@State
public class ThreadsafeHandleTest {
  private static final Loop LOOP = (Loop) EventLoops.of(new ParkingPoller(), NoFibers::new);
  private static final Context CONTEXT = new Context();

  private boolean ran;
  private final ThreadsafeHandle handle = new ThreadsafeHandle(LOOP, () -> ran = true, CONTEXT);

  @Actor
  public void loop() {
    if (!handle.isCancelled()) { // as the loop does
      handle.run();
    }
  }

  @Actor
  public void canceller() {
    handle.cancel();
  }

  @Arbiter
  public void after(ZZ_Result result) {
    result.r1 = ran;
    result.r2 = handle.isCancelled();
  }
}
