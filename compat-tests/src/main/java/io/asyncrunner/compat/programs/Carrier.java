package io.asyncrunner.compat.programs;

import io.asyncrunner.ContextPropagator;
import io.asyncrunner.Coroutine;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Carries a value; a hostile one does not always do what it should. */
final class Carrier implements ContextPropagator {
  private final ThreadLocal<Integer> value;
  private final boolean hostile;
  private final AtomicInteger captures = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();

  Carrier(ThreadLocal<Integer> value, boolean hostile) {
    this.value = value;
    this.hostile = hostile;
  }

  /** How many bodies it has put a value into force for, and not taken back. */
  int open() {
    return open.get();
  }

  @Override
  @SuppressWarnings("NullAway") // one of the things that it should not do
  public Snapshot capture() {
    int captured = value.get();
    if (!hostile) {
      return new Carried(captured, Misdeed.NONE);
    }
    return switch (captures.incrementAndGet() % 7) {
      case 1 -> throw new Fault("a propagator that captures nothing");
      case 2 -> null;
      case 3 -> new Carried(captured, Misdeed.THROWS_BEFORE);
      case 4 -> new Carried(captured, Misdeed.SKIPS);
      case 5 -> new Carried(captured, Misdeed.THROWS_AFTER);
      default -> new Carried(captured, Misdeed.NONE);
    };
  }

  private enum Misdeed {
    NONE,
    THROWS_BEFORE,
    SKIPS,
    THROWS_AFTER
  }

  private final class Carried implements Snapshot {
    private final int captured;
    private final Misdeed misdeed;

    Carried(int captured, Misdeed misdeed) {
      this.captured = captured;
      this.misdeed = misdeed;
    }

    @Override
    @SuppressWarnings("NullAway") // as above
    public <T extends @Nullable Object, X extends Throwable> T run(Coroutine<T, X> body)
        throws X, InterruptedException {
      if (misdeed == Misdeed.SKIPS) {
        return null;
      }
      if (misdeed == Misdeed.THROWS_BEFORE) {
        throw new Fault("a propagator before what it is to run");
      }
      int before = value.get();
      value.set(captured);
      open.incrementAndGet();
      T result;
      try {
        result = body.run();
      } finally {
        open.decrementAndGet();
        value.set(before);
      }
      if (misdeed == Misdeed.THROWS_AFTER) {
        throw new Fault("a propagator after what it ran");
      }
      return result;
    }
  }
}
