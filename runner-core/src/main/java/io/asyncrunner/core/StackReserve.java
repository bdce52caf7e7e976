package io.asyncrunner.core;

/**
 * Makes sure that a suspension does not meet the end of the stack halfway.
 *
 * <p>A {@link StackOverflowError} may come out of any call. In the middle of a suspension it would leave a task queued that runs
 * on, and the JDK (25) fares worse: a virtual thread that was unmounted within some hundred bytes of the end of the carrier's
 * stack does not fit there when it is mounted again, and then the JVM ends. So whoever is about to suspend first calls
 * {@link #ensure}, which overflows where nothing has happened yet.
 *
 * <p>Java cannot ask how much stack is left; it can only use it. A recursion of small frames is slow, so these are large: the
 * JIT compilers keep room in a method's frame for the arguments of every call in it, here for {@link #spill}, although it is
 * hardly ever made. It must be made at times, else they drop it. Both methods have more bytecodes than the compilers inline
 * ({@code FreqInlineSize}, 325): the call would be gone, or the large frame part of what a suspended task keeps. More arguments
 * than these 64 longs C2 does not compile.
 *
 * <p>The interpreter keeps no such room, so it takes more frames.
 */
final class StackReserve {
  /** Of 500 bytes each from C2, of 1,090 from C1 (x86-64). The last only looks for the room of those before. */
  private static final int FRAMES = 4;
  /** Of 120 bytes each. */
  private static final int FRAMES_INTERPRETED = 32;
  /** So long the code may be interpreted; the call is made every time, so that the compilers hear of it. */
  private static final int FIRST_SUSPENSIONS = 4_096;
  /** Afterwards it is made once in so many suspensions. */
  private static final int SUSPENSIONS_BETWEEN_CALLS = 1_024;
  /** A constant that is loaded from the pool, which makes an argument five bytes of bytecode. */
  private static final long X = 0x5DEECE66DL;

  private long suspensions;

  /** Throws a StackOverflowError unless there is stack for a suspension. Holder only. */
  void ensure() {
    frame((suspensions < FIRST_SUSPENSIONS ? FRAMES_INTERPRETED : FRAMES) - 1);
  }

  /** Also for tests: so many frames below this one. */
  void frame(int below) {
    if (below > 0) {
      frame(below - 1);
      return;
    }
    long x = suspensions++;
    if (x < FIRST_SUSPENSIONS || x % SUSPENSIONS_BETWEEN_CALLS == 0) {
      spill(
          x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X,
          x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X,
          x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X,
          x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X,
          x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X, x ^ X);
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
