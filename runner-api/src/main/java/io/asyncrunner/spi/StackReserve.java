package io.asyncrunner.spi;

/**
 * Makes sure that what is changed in several steps does not meet the end of the stack halfway.
 *
 * <p>A {@link StackOverflowError} may come out of any call. In the middle of a suspension it would leave a task queued that runs
 * on, and the JDK (25) fares worse: a virtual thread that was unmounted within some hundred bytes of the end of the carrier's
 * stack does not fit there when it is mounted again, and then the JVM ends. So whoever is about to suspend, or to change several
 * things, first calls {@link #ensure}, which overflows where nothing has happened yet. What takes the first steps back when a later
 * one fails is covered as well: it begins higher up, and does not ask again.
 *
 * <p>Java cannot ask how much stack is left; it can only use it. A recursion of small frames is slow, so these are large, although
 * what makes them so is hardly ever done: in the interpreter by the number of local variables, which all have a place; in what the JIT
 * compilers make, by the arguments of the call of {@link #spill}, for which a method's frame keeps room, and by what is needed
 * again after it. It must be done at times, else they drop it. Both methods have more bytecodes than the compilers inline
 * ({@code FreqInlineSize}, 325): the call would be gone, or the large frame part of what a suspended task keeps. More arguments
 * than these 64 longs C2 does not compile.
 */
public final class StackReserve {
  /**
   * Of 1,060 bytes each from C2, of 1,680 from C1, of 1,240 in the interpreter (x86-64). The last only looks for the room of those
   * before.
   */
  private static final int FRAMES = 4;
  /** So often the compilers hear of the call, before they compile. */
  private static final int FIRST_CALLS = 4_096;
  /** Afterwards it is made once in so many times. */
  private static final int TIMES_BETWEEN_CALLS = 1_024;
  /** How many times as much the loop itself needs. */
  private static final int LOOPS_SHARE = 5;

  /** A constant that is loaded from the pool, which makes an argument five bytes of bytecode. */
  private static final long X = 0x5DEECE66DL;

  private final int share;
  private long times;

  /**
   * Makes a reserve: one for each loop, because it counts.
   *
   * @param runsLoop whether who suspends runs the loop on its own stack, until it is resumed
   */
  public StackReserve(boolean runsLoop) {
    this.share = runsLoop ? LOOPS_SHARE : 1;
  }

  /**
   * Sees to it that there is stack for what the library does in several steps, without a suspension. On the thread that holds the
   * loop.
   *
   * @throws StackOverflowError if there is not; nothing has happened
   */
  public void ensure() {
    frame(FRAMES - 1);
  }

  /**
   * As {@link #ensure()}, for a suspension.
   *
   * @throws StackOverflowError if there is not; nothing has happened
   */
  public void ensureForSuspension() {
    frame(FRAMES * share - 1);
  }

  /**
   * As {@link #ensure()}, for what is made of others that ask themselves.
   *
   * @param levels how many ask at most, one inside the other or in its clean-up, this one included
   * @throws StackOverflowError if there is not; nothing has happened
   */
  public void ensure(int levels) {
    frame(FRAMES * share * levels - 1);
  }

  /**
   * As {@link #ensure()}, for the loop to run here, with the poller and the callbacks of the library, which ask themselves.
   *
   * @throws StackOverflowError if there is not; nothing has happened
   */
  public void ensureForLoop() {
    frame(FRAMES * LOOPS_SHARE - 1);
  }

  /**
   * Uses stack; also for tests.
   *
   * @param below how many frames below this one
   */
  public void frame(int below) {
    if (below > 0) {
      frame(below - 1);
      return;
    }
    long x = times++;
    if (x < FIRST_CALLS || x % TIMES_BETWEEN_CALLS == 0) {
      long a0 = x ^ X + 0;
      long a1 = x ^ X + 1;
      long a2 = x ^ X + 2;
      long a3 = x ^ X + 3;
      long a4 = x ^ X + 4;
      long a5 = x ^ X + 5;
      long a6 = x ^ X + 6;
      long a7 = x ^ X + 7;
      long a8 = x ^ X + 8;
      long a9 = x ^ X + 9;
      long a10 = x ^ X + 10;
      long a11 = x ^ X + 11;
      long a12 = x ^ X + 12;
      long a13 = x ^ X + 13;
      long a14 = x ^ X + 14;
      long a15 = x ^ X + 15;
      long a16 = x ^ X + 16;
      long a17 = x ^ X + 17;
      long a18 = x ^ X + 18;
      long a19 = x ^ X + 19;
      long a20 = x ^ X + 20;
      long a21 = x ^ X + 21;
      long a22 = x ^ X + 22;
      long a23 = x ^ X + 23;
      long a24 = x ^ X + 24;
      long a25 = x ^ X + 25;
      long a26 = x ^ X + 26;
      long a27 = x ^ X + 27;
      long a28 = x ^ X + 28;
      long a29 = x ^ X + 29;
      long a30 = x ^ X + 30;
      long a31 = x ^ X + 31;
      long a32 = x ^ X + 32;
      long a33 = x ^ X + 33;
      long a34 = x ^ X + 34;
      long a35 = x ^ X + 35;
      long a36 = x ^ X + 36;
      long a37 = x ^ X + 37;
      long a38 = x ^ X + 38;
      long a39 = x ^ X + 39;
      long a40 = x ^ X + 40;
      long a41 = x ^ X + 41;
      long a42 = x ^ X + 42;
      long a43 = x ^ X + 43;
      long a44 = x ^ X + 44;
      long a45 = x ^ X + 45;
      long a46 = x ^ X + 46;
      long a47 = x ^ X + 47;
      long a48 = x ^ X + 48;
      long a49 = x ^ X + 49;
      long a50 = x ^ X + 50;
      long a51 = x ^ X + 51;
      long a52 = x ^ X + 52;
      long a53 = x ^ X + 53;
      long a54 = x ^ X + 54;
      long a55 = x ^ X + 55;
      long a56 = x ^ X + 56;
      long a57 = x ^ X + 57;
      long a58 = x ^ X + 58;
      long a59 = x ^ X + 59;
      long a60 = x ^ X + 60;
      long a61 = x ^ X + 61;
      long a62 = x ^ X + 62;
      long a63 = x ^ X + 63;
      long one = spill(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20,
          a21,
          a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38, a39, a40, a41,
          a42, a43, a44, a45, a46, a47, a48, a49, a50, a51, a52, a53, a54, a55, a56, a57, a58, a59, a60, a61,
          a62, a63);
      long same = spill(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20,
          a21,
          a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38, a39, a40, a41,
          a42, a43, a44, a45, a46, a47, a48, a49, a50, a51, a52, a53, a54, a55, a56, a57, a58, a59, a60, a61,
          a62, a63);
      if (one != same) {
        throw new AssertionError(one);
      }
    }
  }

  private static long spill(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long a7, long a8, long a9,
      long a10, long a11, long a12, long a13, long a14, long a15, long a16, long a17, long a18, long a19, long a20,
      long a21, long a22, long a23, long a24, long a25, long a26, long a27, long a28, long a29, long a30, long a31,
      long a32, long a33, long a34, long a35, long a36, long a37, long a38, long a39, long a40, long a41, long a42,
      long a43, long a44, long a45, long a46, long a47, long a48, long a49, long a50, long a51, long a52, long a53,
      long a54, long a55, long a56, long a57, long a58, long a59, long a60, long a61, long a62, long a63) {
    return a0 * a0 + a1 * a1 + a2 * a2 + a3 * a3 + a4 * a4 + a5 * a5 + a6 * a6 + a7 * a7 + a8 * a8 + a9 * a9 + a10 * a10
        + a11 * a11 + a12 * a12 + a13 * a13 + a14 * a14 + a15 * a15 + a16 * a16 + a17 * a17 + a18 * a18 + a19 * a19
        + a20 * a20 + a21 * a21 + a22 * a22 + a23 * a23 + a24 * a24 + a25 * a25 + a26 * a26 + a27 * a27 + a28 * a28
        + a29 * a29 + a30 * a30 + a31 * a31 + a32 * a32 + a33 * a33 + a34 * a34 + a35 * a35 + a36 * a36 + a37 * a37
        + a38 * a38 + a39 * a39 + a40 * a40 + a41 * a41 + a42 * a42 + a43 * a43 + a44 * a44 + a45 * a45 + a46 * a46
        + a47 * a47 + a48 * a48 + a49 * a49 + a50 * a50 + a51 * a51 + a52 * a52 + a53 * a53 + a54 * a54 + a55 * a55
        + a56 * a56 + a57 * a57 + a58 * a58 + a59 * a59 + a60 * a60 + a61 * a61 + a62 * a62 + a63 * a63;
  }
}
