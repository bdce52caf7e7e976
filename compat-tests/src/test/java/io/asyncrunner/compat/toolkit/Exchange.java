package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.compat.Loops;
import io.asyncrunner.spi.InPlace;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One run of a script: its tasks, on a loop of their own, whose steps are counted.
 *
 * <p>Two callbacks of the harness run in each turn of the loop, one before all else and one after all else; each is a step, and
 * so is each {@link #point} that a task passes. A task that is attacked in one of them is attacked before it is woken up, in
 * the turn in which it is, or after it; before or after whatever else happens in that turn; and by whoever wakes it up, before
 * and after the fact.
 *
 * <p>Time is virtual: a turn takes a millisecond. The loop never waits, so a task that nobody lets go on is found by counting
 * turns.
 */
final class Exchange implements Ticker {
  private static final long TURN_NANOS = 1_000_000;
  private static final int CALM = 6;

  private record Appointment(int turn, Runnable action) {}

  final LoopEngine loop;
  final List<Participant> participants = new ArrayList<>();

  private final Loops loops;
  private final Attack attack; // null: undisturbed
  private final Target target;
  private final int attackedStep;
  private final List<Appointment> appointments = new ArrayList<>();
  private final List<ExceptionContext> reports = new ArrayList<>();
  private final CompletableAsyncFuture<Void> over;
  private int steps;
  private final BitSet harnessSteps = new BitSet();
  private int turn;
  private boolean inTasks; // no user code runs but that of tasks
  private boolean probing;

  /** An undisturbed run. */
  Exchange(Loops loops) {
    this(loops, null, null, 0);
  }

  /** A run that is disturbed just before a step. */
  Exchange(Loops loops, Attack attack, Target target, int attackedStep) {
    this.loops = loops;
    this.attack = attack;
    this.target = target;
    this.attackedStep = attackedStep;
    this.loop = loops.newEventLoop(this);
    loop.setExceptionHandler((failing, report) -> reports.add(report));
    over = loop.createFuture();
  }

  // --- for scripts ---

  /** A task that is attacked. */
  Participant victim(String name, VoidCoroutine<?> body) {
    return add(Participant.task(loop, name, true, isTimed(), body));
  }

  /** A task that is left alone, and has to get through whatever happens to the others. */
  Participant other(String name, VoidCoroutine<?> body) {
    return add(Participant.task(loop, name, false, false, body));
  }

  /**
   * A task that is sent to the loop by the calling thread, which may be any, and is attacked by way of its
   * {@code CompletableFuture}.
   *
   * @param byAnotherThread whether another thread does that
   */
  Participant sent(String name, boolean byAnotherThread, VoidCoroutine<?> body) {
    Executor canceller = byAnotherThread ? action -> Threads.runOnAnother(loops, action) : Runnable::run;
    return add(Participant.sent(loop, name, isTimed(), canceller, body));
  }

  private boolean isTimed() {
    return attack != null && attack.timed();
  }

  private Participant add(Participant added) {
    participants.add(added);
    return added;
  }

  /** A step: between two calls of a task, where somebody else might be attacked, or the task itself. */
  void point() {
    steps++;
    if (attack == null) {
      return;
    }
    for (Attack.Blow blow : attack.blows()) {
      if (steps == attackedStep + blow.after()) {
        target.of(participants.stream().filter(each -> each.isVictim).toList()).forEach(blow.action());
      }
    }
  }

  /** Suspends the calling task for a turn, with a step before and after. */
  void pause() {
    point();
    loop.yieldNow();
    point();
  }

  /** As {@link #pause} if a task calls it; who prepares an exchange or checks it afterwards, and callbacks, cannot suspend. */
  void pauseInTask() {
    if (inTasks) {
      pause();
    }
  }

  /** Suspends the calling task until the loop's turn of that number. */
  void awaitTurn(int number) {
    CompletableAsyncFuture<Void> reached = loop.createFuture();
    inTurn(number, () -> {
      if (!reached.isDone()) { // else who waited has been cancelled
        reached.setResult(null);
      }
    });
    reached.await();
  }

  /** Does something on the loop's bare thread, at the beginning of a turn. Blocking there holds the whole loop up. */
  void inTurn(int number, Runnable action) {
    appointments.add(new Appointment(number, action));
  }

  // --- running ---

  /** What runs first in each turn. */
  private void onTurnBegin() {
    if (over.isDone()) {
      return;
    }
    loop.callSoon((Runnable & InPlace) this::onTurnBegin);
    turn++;
    for (Appointment appointment : List.copyOf(appointments)) {
      if (appointment.turn <= turn) {
        appointments.remove(appointment);
        inTasks = false;
        appointment.action.run();
        inTasks = true;
      }
    }
    // The future of a call from another thread is done before its task, which has to clean up.
    if (appointments.isEmpty() && participants.stream().allMatch(Participant::isDone) && loop.allTasks().isEmpty()) {
      over.setResult(null);
    } else {
      harnessPoint();
    }
  }

  private void harnessPoint() {
    harnessSteps.set(steps + 1);
    point();
  }

  /** What runs last in each turn: timers come after what is ready. */
  private void onTurnEnd() {
    if (!over.isDone()) {
      loop.callAt(loop.time(), (Runnable & InPlace) this::onTurnEnd);
      harnessPoint();
    }
  }

  /**
   * Runs a script to its end.
   *
   * @param turnLimit after how many turns a task that has not ended counts as forgotten
   */
  void run(CancelAtEveryStep.Script script, int turnLimit) {
    Runnable check = script.begin(this);
    loop.callSoon((Runnable & InPlace) this::onTurnBegin);
    loop.callAt(0, (Runnable & InPlace) this::onTurnEnd);
    loop.callAt(turnLimit * TURN_NANOS, (Runnable & InPlace) () -> {
      if (!over.isDone()) {
        over.setException(new AssertionError("forgotten: " + unfinished()));
      }
    });
    inTasks = true;
    try {
      loop.runUntilComplete(over);
      inTasks = false;
      for (Participant each : participants) {
        each.assertEndedAsAttacked();
      }
      probing = true;
      check.run();
      assertThat(loop.allTasks()).as("tasks that are left").isEmpty();
    } catch (Throwable failed) {
      reports.stream()
          .filter(report -> report.exception() != null)
          .forEach(report -> failed.addSuppressed(
              report.exception()));
      throw failed;
    } finally {
      loop.close();
    }
    assertThat(reports).as("reports").isEmpty();
  }

  private String unfinished() {
    return participants.stream()
        .filter(each -> !each.isDone())
        .map(Participant::where)
        .collect(Collectors.joining("; "));
  }

  /** After the exchange: runs a task that must not have to wait for anybody. */
  void probe(VoidCoroutine<?> body) {
    loop.runUntilComplete(loop.createTask(body));
  }

  int steps() {
    return steps;
  }

  /**
   * The steps worth an attack: all, but for those with nothing but the harness's own for three turns before and after. Whatever goes
   * on between tasks has come to rest by then, and one such turn is as the next.
   */
  List<Integer> eventfulSteps() {
    return IntStream.rangeClosed(1, steps)
        .filter(step -> step <= CALM || harnessSteps.nextClearBit(step - CALM) <= step + CALM)
        .boxed()
        .toList();
  }

  int turns() {
    return turn;
  }

  // --- the clock ---

  @Override
  public long nanoTime() {
    return turn * TURN_NANOS;
  }

  @Override
  public long waitNanos(long deadline) {
    if (probing) {
      throw new AssertionError("a task waits for something that is not there although it should be");
    }
    return 0;
  }

  /** Fails unless a condition holds; for tasks, whose failure is found when all have ended. */
  static void ensure(BooleanSupplier condition, String what) {
    if (!condition.getAsBoolean()) {
      throw new AssertionError(what);
    }
  }
}
