package io.asyncrunner.compat.programs;

import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks on while a run goes on, until it stands still: then nobody may be waiting for what is there. Programs wait for what
 * never comes, too, so it has the run end by cancelling its main task.
 *
 * <p>Made of callbacks, which no program can cancel. The loop's.
 */
final class Overseer {
  /** On a virtual clock: longer than all that a program sleeps. It passes only when nothing is ready. */
  private static final int HORIZON = 100_000;

  /** On the system's clock, in which a program that goes on takes a step every now and then. */
  private static final Duration INTERVAL = Duration.ofMillis(1);
  private static final int QUIET_INTERVALS = 3;

  /** Who has been woken goes on in the next iteration, or the one after that. */
  private static final int LOOKS = 5;

  private static final String STANDSTILL = "the run stands still";

  private final World world;
  private final EventLoop loop;
  private final Task<?> main;
  private boolean settling;
  private @Nullable CompletableAsyncFuture<Boolean> settled;
  private boolean over;
  private int ticks;
  private int quiet;

  Overseer(World world, Task<?> main) {
    this.world = world;
    this.loop = main.loop();
    this.main = main;
  }

  void begin() {
    lookLater();
  }

  /** Waits until the run stands still, and has been looked at. In the main task, whatever is done to that before the close. */
  void settle() {
    settling = true;
    while (!over) {
      settled = loop.createFuture();
      try {
        settled.await();
      } catch (CancelledError cancelled) {
        if (world.isClosing()) { // something else has ended the run
          throw cancelled;
        }
      }
    }
  }

  void end() {
    over = true;
  }

  /** A main task that does not end when it is cancelled may wait for others, which have swallowed a cancellation. */
  private void endMain() {
    if (main.cancelling() == 0) {
      main.cancel(STANDSTILL);
    } else {
      loop.allTasks().forEach(task -> task.cancel(STANDSTILL));
    }
  }

  private void lookLater() {
    loop.callLater(world.kind.isSimulated() ? world.kind.unit().multipliedBy(HORIZON) : INTERVAL, this::look);
  }

  private void look() {
    if (over) {
      return;
    }
    quiet = ticks == world.ticks() && world.helper.isIdle() && world.threads.get() == 0 ? quiet + 1 : 0;
    ticks = world.ticks();
    if (quiet < QUIET_INTERVALS && !world.kind.isSimulated()) {
      lookLater();
    } else {
      look(world.forgotten(), 1);
    }
  }

  private void look(Set<World.Wait> suspects, int looks) {
    if (!suspects.isEmpty() && looks < LOOKS) {
      Runnable again = () -> {
        suspects.retainAll(world.forgotten());
        look(suspects, looks + 1);
      };
      if (world.kind.isSimulated()) {
        loop.callLater(world.kind.unit(), again); // when nothing is ready
      } else {
        loop.callSoon(again);
      }
      return;
    }
    suspects.forEach(wait -> world.violation(wait.flow() + " waits for " + wait.what() + ", which is there"));
    quiet = 0;
    if (settling) {
      over = true;
      if (settled != null && !settled.isDone()) {
        settled.setResult(true);
      }
    } else if (!over) {
      endMain();
      lookLater();
    }
  }
}
