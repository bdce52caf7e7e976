package io.asyncrunner.netty;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.asyncrunner.core.EventLoops;
import io.asyncrunner.core.NoFibers;
import io.asyncrunner.core.Sleeper;
import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.LoopEngine;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A loop on Netty is about to wait in its transport, while another thread sends it a callback. The transport is
 * {@link Announcing}. {@link NettyLoopWakeupBroken} does it wrongly.
 */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "The loop knew of the wake-up and did not wait.")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "The loop waited, and the sender woke it.")
@Outcome(id = "2", expect = FORBIDDEN, desc = "The loop waits, and nobody wakes it: the callback is stranded.")
@State
public class NettyLoopWakeupTest {
  private final Sleeper sleeper = new Sleeper();
  private final NettyLoop netty = NettyLoop.create(Transport.NIO, executor -> new Announcing(sleeper, executor));
  private final LoopEngine loop = EventLoops.of(netty.poller(), host -> {
    netty.setLoop(host.loop());
    return new NoFibers(host);
  });

  @Actor
  public void loop(I_Result result) {
    loop.runForever();
    result.r1 = sleeper.outcome();
  }

  @Actor
  public void sender() {
    sleeper.awaitApproach();
    loop.execute((Runnable & InPlace) loop::stop);
    sleeper.sent();
  }
}
