package io.asyncrunner.test;

/** Picks the next entry of a ready queue. */
@FunctionalInterface
interface Chooser {
  /** The usual order. */
  Chooser OLDEST = (step, count) -> 0;

  /** The place of the entry to take at a step: less than {@code count}, which is at least 2; 0 for the oldest. */
  int choose(int step, int count);

  static Chooser replaying(Choices choices) {
    return (step, count) -> Math.min(choices.at(step), count - 1);
  }

  /** Depends on nothing but the seed, on every JDK: the generator is SplitMix64, written out. */
  static Chooser seeded(long seed) {
    return new Chooser() {
      private long state = seed;

      @Override
      public int choose(int step, int count) {
        state += 0x9e3779b97f4a7c15L;
        long mixed = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return (int) Long.remainderUnsigned(mixed ^ (mixed >>> 31), count);
      }
    };
  }
}
