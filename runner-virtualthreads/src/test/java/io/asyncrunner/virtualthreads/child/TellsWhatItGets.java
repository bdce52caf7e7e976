package io.asyncrunner.virtualthreads.child;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.Runner;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;
import java.time.Duration;

/** A program that says which loops there are. In a package of its own, so that it can use the library as modules. */
public final class TellsWhatItGets {
  private TellsWhatItGets() {}

  public static void main(String[] arguments) {
    System.out.println("named module: " + VirtualThreadLoops.class.getModule().isNamed());
    String confined;
    try {
      confined = loopOf(VirtualThreadLoops.confined());
    } catch (IllegalStateException refused) {
      confined = "refused: " + refused.getMessage();
    }
    System.out.println("confined: " + confined);
    System.out.println("automatic: " + loopOf(VirtualThreadLoops.automatic()));
  }

  private static String loopOf(EventLoopFactory factory) {
    try (Runner runner = Runner.builder().loopFactory(factory).build()) {
      return runner.<String, RuntimeException>run(() -> {
        Async.sleep(Duration.ofNanos(1));
        return EventLoop.running().toString();
      });
    }
  }
}
