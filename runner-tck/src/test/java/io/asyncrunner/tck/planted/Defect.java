package io.asyncrunner.tck.planted;

import java.util.List;

/** Defects that a loop may have, each made by small changes to the source of ours; and the test of the kit that names it. */
enum Defect {
  UNSTABLE_TIMERS("timers_withEqualDeadlines_fireInTheOrderOfTheirCreation", "TimerQueue",
      new Edit("number < keys[2 * parent + 1]", "number > keys[2 * parent + 1]"),
      new Edit("number > parentNumber", "number < parentNumber"),
      new Edit("otherNumber < firstNumber", "otherNumber > firstNumber"),
      new Edit(": number < firstNumber", ": number > firstNumber")),

  CALLBACKS_CALLED_IN_PLACE("callbacks_areNotCalledInPlace", "Loop",
      new Edit("""
              HandleImpl handle = new HandleImpl(this, callback, context);
              enqueue(handle);
          """, """
              HandleImpl handle = new HandleImpl(this, callback, context);
              handle.run();
          """)),

  /** Every one but the first. */
  LOST_WAKE_UPS("wakeUps_areNotLost", "Loop",
      new Edit("parked && PARKED.compareAndSet(this, true, false)",
          "parked && PARKED.compareAndSet(this, true, false) && planted++ == 0"),
      new Edit("  private volatile boolean parked;\n", "  private volatile boolean parked;\n  private int planted;\n")),

  WAKE_UPS_LOST_NOW_AND_THEN("wakeUps_areNotLost", "ParkingPoller",
      new Edit("    signalled = true;\n", """
              if (++planted % 1000 == 0) {
                return;
              }
              signalled = true;
          """),
      new Edit("  private volatile boolean signalled;\n",
          "  private volatile boolean signalled;\n  private volatile int planted;\n")),

  WAKE_UPS_BEFORE_THE_WAIT_DISCARDED("wakeUps_thatComeBeforeTheWait_endIt", "ParkingPoller",
      new Edit("    waiter = Thread.currentThread();\n",
          "    signalled = false;\n    waiter = Thread.currentThread();\n")),

  LATE_BY_A_MILLISECOND("timers_areNotLate", "ParkingPoller",
      new Edit("parkNanos(this, maxWaitNanos)", "parkNanos(this, maxWaitNanos + 1_000_000)")),

  LATE_BY_A_SECOND_AND_A_HALF("timers_areNotLate", "ParkingPoller",
      new Edit("parkNanos(this, maxWaitNanos)", "parkNanos(this, maxWaitNanos + 1_500_000_000)")),

  /** Only waits that are not short. */
  LATE_BY_A_TENTH("timers_areNotLate", "ParkingPoller",
      new Edit("parkNanos(this, maxWaitNanos)", "parkNanos(this, maxWaitNanos + maxWaitNanos / 10)")),

  CLOCK_STEPS_BACK_NOW_AND_THEN("time_isThatOfTheClock", "Loop", clockThatIsWrongBy("-1_000_000")),

  CLOCK_LEAPS_NOW_AND_THEN("time_isThatOfTheClock", "Loop", clockThatIsWrongBy("1_000_000")),

  REAL_CLOCK_STEPS_BACK_NOW_AND_THEN("time_onTheRealClock_isThatOfTheClock", "Loop",
      clockThatIsWrongBy("-1_000_000")),

  REAL_CLOCK_LEAPS_NOW_AND_THEN("time_onTheRealClock_isThatOfTheClock", "Loop", clockThatIsWrongBy("1_000_000")),

  NOTHING_INHERITED("threads_ofTasksInheritFromTheirMakers_andThoseOfCallbacksDoNot", "internal/PlatformFibers",
      new Edit("super(null, body, name, 0, inherit);", "super(null, body, name, 0, false);")),

  ALL_INHERITED("threads_ofTasksInheritFromTheirMakers_andThoseOfCallbacksDoNot", "internal/PlatformFibers",
      new Edit("super(null, body, name, 0, inherit);", "super(null, body, name, 0, true);")),

  CONTEXT_NOT_COPIED("tasks_runInACopyOfTheContext", "Loop",
      new Edit(
          "given != null ? given : Context.copyCurrent(), propagated, ++tasksMade);\n    ready.promise();\n    tasks.add(task);",
          "given != null ? given : Context.current(), propagated, ++tasksMade);\n    ready.promise();\n    tasks.add(task);")),

  LIFO_ORDER("callbacks_runInTheOrderInWhichTheyWereScheduled", "Loop",
      new Edit("  void enqueue(Object entry) {\n    ready.add(entry);",
          "  void enqueue(Object entry) {\n    ready.reserve(1);\n    ready.putBack(entry);")),

  SWALLOWED_CALLBACK_EXCEPTIONS("exceptionsOfCallbacks_reachTheExceptionHandler", "Loop",
      new Edit("    handle.addOrigin(thrown);\n",
          "    handle.addOrigin(thrown);\n    if (!endsRun(thrown)) {\n      return;\n    }\n")),

  EXTRA_TURN_PER_AWAIT("awaits_costOneTurnEach", "TaskImpl",
      new Edit("    ensureLoopOpen();\n    CancelledError delivered",
          "    loop.enqueue(this);\n    fiber.suspend();\n    CancelledError delivered")),

  CANCELLATION_DELIVERED_TWICE("cancellations_areDeliveredOnce", "TaskImpl",
      new Edit("""
              if (delivered != null) {
                consumeInterrupt();
                throw delivered;
          """, """
              if (delivered != null) {
                consumeInterrupt();
                mustCancel = !planted;
                planted = mustCancel;
                throw delivered;
          """),
      new Edit("  private boolean mustCancel;\n", "  private boolean mustCancel;\n  private boolean planted;\n")),

  CLOSE_FORGETS_A_TASK("close_cancelsEveryTaskInTheOrderOfCreation", "Tasks",
      new Edit("    TaskImpl<?> task = first;\n", "    TaskImpl<?> task = first == null ? null : first.next;\n")),

  TIME_GOES_BACKWARDS("time_doesNotGoBackwards", "Loop",
      new Edit("""
              ensureOwnerOrClosed("EventLoop.time");
              return ticker.nanoTime();
          """, """
              ensureOwnerOrClosed("EventLoop.time");
              return -ticker.nanoTime();
          """)),

  BUSY_WAITING("loop_untilATimerIsDue_waitsAndDoesNotSpin", "Loop",
      new Edit("    if (wait <= 0 || !ready.isEmpty()) {", "    if (wait < Long.MAX_VALUE) {")),

  INTERRUPTS_NOT_HEARD("interrupts_ofTheThreadInRun_cancelTheCoroutine", "Loop",
      new Edit("        if (interruptAction == action) {", "        if (interruptAction != action) {"));

  /** The test of {@code LoopRules} that has to fail. */
  final String test;

  /** The class of {@code io.asyncrunner.core} that is changed. */
  final String type;

  @SuppressWarnings("ImmutableEnumChecker") // List.of
  private final List<Edit> edits;

  Defect(String test, String type, Edit... edits) {
    this.test = test;
    this.type = type;
    this.edits = List.of(edits);
  }

  private static Edit clockThatIsWrongBy(String nanos) {
    return new Edit("    this.ticker = Objects.requireNonNull(ticker, \"ticker\");\n", """
            this.ticker = new Ticker() {
              private int asked;

              @Override
              public long nanoTime() {
                return ticker.nanoTime() + (++asked % 1000 == 0 ? NANOS : 0);
              }

              @Override
              public long waitNanos(long deadline) {
                return ticker.waitNanos(deadline);
              }
            };
        """.replace("NANOS", nanos));
  }

  /** A change to a source. */
  private record Edit(String before, String after) {
    String applyTo(String source) {
      int at = source.indexOf(before);
      if (at < 0 || source.indexOf(before, at + 1) >= 0) {
        throw new IllegalStateException(
            "expected once in the source, found " + (at < 0 ? "nowhere" : "twice") + ": " + before);
      }
      return source.replace(before, after);
    }
  }

  /** Plants the defect. */
  String applyTo(String source) {
    String changed = source;
    for (Edit edit : edits) {
      changed = edit.applyTo(changed);
    }
    return changed;
  }
}
