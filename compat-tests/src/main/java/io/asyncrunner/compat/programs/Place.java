package io.asyncrunner.compat.programs;

/** Where a step is run, which decides what it may do. */
enum Place {
  /** May wait. */
  TASK,
  /** On the loop too, but may not wait. */
  CALLBACK,
  /** On a thread that is not the loop's. */
  THREAD
}
