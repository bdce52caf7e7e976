package io.asyncrunner.benchmarks.ops;

/**
 * The operations that are measured, one interface a benchmark. Each returns what shows that the work was done; the tests
 * compare it with what is expected.
 */
public interface Ops {
  /** Running something trivial on an open runner, from ordinary blocking code. */
  interface RunRoundTrip extends Contender {
    /**
     * Adds one in a coroutine and waits for it.
     *
     * @param value a number
     * @return the number that follows
     * @throws Exception never
     */
    int runTrivial(int value) throws Exception;
  }

  /** Making a runner, running something trivial, and closing the runner. */
  interface RunnerLifecycle extends Contender {
    /**
     * Makes a runner, adds one in a coroutine, closes the runner.
     *
     * @param value a number
     * @return the number that follows
     * @throws Exception never
     */
    int openRunClose(int value) throws Exception;
  }

  /** Tasks that yield in turn. */
  interface TaskSwitch extends Contender {
    /**
     * Runs tasks, each of which yields a number of times.
     *
     * @param tasks how many
     * @param turns how often each yields
     * @return how often all have yielded
     * @throws Exception never
     */
    int takeTurns(int tasks, int turns) throws Exception;
  }

  /** Tasks that yield in turn, each time from a call that is so many calls deep. */
  interface SwitchAtDepth extends Contender {
    /**
     * Runs tasks, each of which a number of times calls down to a depth, yields there, and returns.
     *
     * @param depth how many calls
     * @param tasks how many
     * @param turns how often each yields
     * @return how often all have yielded
     * @throws Exception never
     */
    int takeTurnsAtDepth(int depth, int tasks, int turns) throws Exception;
  }

  /** Starting trivial tasks and waiting for them. */
  interface SpawnJoin extends Contender {
    /**
     * Starts tasks that return a number each, and waits for them.
     *
     * @param tasks how many
     * @return the sum of the numbers from 0 to {@code tasks - 1}
     * @throws Exception never
     */
    int spawnAndJoin(int tasks) throws Exception;
  }

  /** Two tasks that send each other numbers through queues with room for one. */
  interface PingPong extends Contender {
    /**
     * Plays.
     *
     * @param rounds how often the ball goes to and fro
     * @return the ball, which each side has added one to each time
     * @throws Exception never
     */
    int play(int rounds) throws Exception;
  }

  /** Callbacks that queue the next. */
  interface CallSoon extends Contender {
    /**
     * Runs chains of callbacks, side by side.
     *
     * @param chains how many
     * @param length of each
     * @return how many callbacks have run
     * @throws Exception never
     */
    int runChains(int chains, int length) throws Exception;
  }

  /** Callbacks that other threads send. */
  interface CallThreadsafe extends Contender {
    /**
     * Has the feeders send their callbacks, and waits until all have run.
     *
     * @param feeders the threads
     * @return how many callbacks have run
     * @throws Exception never
     */
    int receive(Feeders feeders) throws Exception;
  }

  /** Timers with callbacks. */
  interface Timers extends Contender {
    /**
     * Sets timers that are due at once, and waits until all have fired. (A wait would hide a part of the work.)
     *
     * @param timers how many
     * @return how many have fired
     * @throws Exception never
     */
    int setAndFire(int timers) throws Exception;

    /**
     * Sets timers, each for an hour and {@link #spread} milliseconds, and cancels them in the order of creation.
     *
     * @param timers how many
     * @return how many have been cancelled
     * @throws Exception never
     */
    int setAndCancel(int timers) throws Exception;

    /**
     * Scatters the deadlines, so that timers are not set in their order.
     *
     * @param i which timer
     * @return milliseconds, less than 10,000
     */
    static int spread(int i) {
      return (int) (i * 7_919L % 10_000);
    }
  }

  /** Tasks that sleep at the same time. */
  interface GatherFanOut extends Contender {
    /**
     * Starts tasks that sleep for a millisecond and return a number each, and gathers the numbers.
     *
     * @param tasks how many
     * @return the sum of the numbers from 0 to {@code tasks - 1}
     * @throws Exception never
     */
    int gatherSleepers(int tasks) throws Exception;
  }

  /** A lock that all tasks want. */
  interface LockHandoff extends Contender {
    /**
     * Runs tasks, each of which a number of times takes the lock, yields while it holds it, and gives it back.
     *
     * @param tasks how many
     * @param turns how often each takes the lock
     * @return how often the lock was held, counted without further protection
     * @throws Exception never
     */
    int handOver(int tasks, int turns) throws Exception;
  }

  /** Tasks that yield in turn, with values of their own in variables that belong to the task. */
  interface ContextVariables extends Contender {
    /**
     * Runs tasks, each of which sets variables to a value of its own, and then yields a number of times.
     *
     * @param variables how many; at most 10
     * @param tasks how many
     * @param turns how often each yields
     * @return how often all have yielded and found their first variable as it was (or had none)
     * @throws Exception never
     */
    int takeTurnsWithVariables(int variables, int tasks, int turns) throws Exception;
  }

  /** Tasks that yield in turn, with scoped values bound. */
  interface ContextScopedValues extends Contender {
    /**
     * Runs tasks, each of which binds scoped values to a value of its own, and then yields a number of times.
     *
     * @param values how many; at most 10
     * @param tasks how many
     * @param turns how often each yields
     * @return how often all have yielded and found their first value as it was (or had none)
     * @throws Exception never
     */
    int takeTurnsWithScopedValues(int values, int tasks, int turns) throws Exception;
  }

  /** Tasks that wait. */
  interface ParkedMemory extends Contender {
    /**
     * Starts tasks that wait for one event, and lets them go once somebody has looked.
     *
     * @param tasks how many
     * @param whenParked called when all wait
     * @return how many have waited
     * @throws Exception never
     */
    int park(int tasks, Runnable whenParked) throws Exception;

    /**
     * Whether a task keeps its stack outside the heap, so that the memory of the process has to be measured.
     *
     * @return true for platform threads
     */
    default boolean isOutsideHeap() {
      return false;
    }
  }
}
