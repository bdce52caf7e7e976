package io.asyncrunner.core;

/**
 * The part of a thread that waits, without the waiting: it says whether it would have slept on for ever.
 *
 * <p>{@link #sleep} is called where the thread would park. It stays there until the other actor has sent its entry, and then
 * looks whether somebody woke it.
 */
public final class Sleeper {
  public static final int AWAKE = 0;
  public static final int WOKEN = 1;
  public static final int LOST = 2;

  /** The other actor sends when this one is about to look: the two meet in a few instructions. */
  private volatile boolean atTheDoor;
  private volatile boolean sent;
  private volatile boolean woken;
  private int outcome = AWAKE; // of the sleeper's thread

  // --- who sleeps ---

  public void approach() {
    atTheDoor = true;
  }

  public void sleep() {
    while (!sent) {
      Thread.onSpinWait();
    }
    outcome = woken ? WOKEN : LOST;
  }

  public int outcome() {
    return outcome;
  }

  // --- who wakes ---

  public void awaitApproach() {
    while (!atTheDoor) {
      Thread.onSpinWait();
    }
  }

  public void wake() {
    woken = true;
  }

  public void sent() {
    sent = true;
  }
}
