package io.asyncrunner.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.spi.StackReserve;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class StackReserveTest {
  private static final int STACK_BYTES = 2 << 20;
  private static final int SUSPENSIONS_UNTIL_COMPILED = 50_000;

  @Test
  void ensure_onTheWayUpFromAFullStack_overflowsUntilThereIsRoom() throws Exception {
    StackReserve reserve = new StackReserve(false);
    int[] overflowed = new int[1];
    int[] passed = new int[1];
    onThreadWithLargeStack(() -> dive(reserve, overflowed, passed));
    assertThat(overflowed[0]).isPositive();
    assertThat(passed[0]).isPositive();
  }

  /** Goes down to the end of the stack, and asks in each frame on the way up. */
  @SuppressWarnings("InfiniteRecursion") // what is wanted
  private static void dive(StackReserve reserve, int[] overflowed, int[] passed) {
    try {
      dive(reserve, overflowed, passed);
    } catch (StackOverflowError end) {
      overflowed[0]++;
    }
    if (passed[0] < 100) {
      reserve.ensure();
      passed[0]++;
    }
  }

  /** The JIT compilers might inline what is called, or leave it out; the frames would be small then. */
  @Test
  void frame_onceCompiled_keepsRoomForTheCallThatIsHardlyEverMade() throws Exception {
    StackReserve reserve = new StackReserve(false);
    long bytes = 0;
    for (int attempt = 0; attempt < 100 && bytes < 400; attempt++) {
      for (int i = 0; i < SUSPENSIONS_UNTIL_COMPILED; i++) {
        reserve.ensure();
      }
      int[] frames = new int[1];
      onThreadWithLargeStack(() -> frames[0] = framesThatFit(reserve));
      bytes = STACK_BYTES / frames[0];
    }
    assertThat(bytes).as("bytes a frame").isGreaterThanOrEqualTo(400);
  }

  private static int framesThatFit(StackReserve reserve) {
    int fit = 1;
    int tooMany = STACK_BYTES;
    while (tooMany - fit > 1) {
      int middle = (fit + tooMany) >>> 1;
      try {
        reserve.frame(middle);
        fit = middle;
      } catch (StackOverflowError end) {
        tooMany = middle;
      }
    }
    return fit;
  }

  private static void onThreadWithLargeStack(Runnable body) throws Exception {
    FutureTask<Void> task = new FutureTask<>(body, null);
    new Thread(null, task, "large stack", STACK_BYTES).start();
    task.get();
  }
}
