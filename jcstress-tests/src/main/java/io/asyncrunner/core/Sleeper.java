package io.asyncrunner.core;

/**
 * The part of a thread that waits, without the waiting: it says whether it would have slept on for ever.
 *
 * <p>{@link #sleep} is called where the thread would park. It stays there until the other actor has sent its entry, and then
 * looks whether somebody woke it.
 */
final class Sleeper {
  static final int AWAKE = 0;
  static final int WOKEN = 1;
  static final int LOST = 2;

  /** The other actor sends when this one is about to look: the two meet in a few instructions. */
  private volatile boolean atTheDoor;
  private volatile boolean sent;
  private volatile boolean woken;
  private int outcome = AWAKE; // of the sleeper's thread

  // --- who sleeps ---

  void approach() {
    atTheDoor = true;
  }

  void sleep() {
    while (!sent) {
      Thread.onSpinWait();
    }
    outcome = woken ? WOKEN : LOST;
  }

  int outcome() {
    return outcome;
  }

  // --- who wakes ---

  void awaitApproach() {
    while (!atTheDoor) {
      Thread.onSpinWait();
    }
  }

  void wake() {
    woken = true;
  }

  void sent() {
    sent = true;
  }
}
