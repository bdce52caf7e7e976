package io.asyncrunner;

import io.asyncrunner.spi.EventLoopProvider;
import io.asyncrunner.spi.LoopEngine;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Owns an event loop and runs coroutines on it from ordinary blocking code, one after another; leaves nothing behind when
 * it closes.
 *
 * <pre>{@code
 * try (Runner runner = Runner.create()) {
 *   show(runner.run(() -> fetch("index"))); // throws exactly what fetch throws
 *   show(runner.run(() -> Async.mapConcurrently(names, name -> fetch(name))));
 * }
 * }</pre>
 *
 * <pre>
 * +---------+ run() | loop() +-------+  close()  +---------+  drained  +--------+
 * | CREATED | -------------> | READY | --------> | CLOSING | --------> | CLOSED |
 * +---------+                +-------+           +---------+           +--------+
 *   close(): CLOSED       run() |  ^ coroutine ends
 *                               V  |
 *                            +---------+
 *                            | RUNNING |   close(), run() on another thread: IllegalStateException, state kept
 *                            +---------+
 * </pre>
 *
 * <p>The loop is made at the first {@link #run(Coroutine)} or {@link #loop()}. All runs of one Runner share one
 * {@link Context}, a copy of that of the thread that made the loop. Tasks that a run leaves behind stay in the loop: they go
 * on in the next run, and are cancelled by {@link #close()}.
 *
 * <p><b>Thread:</b> any that is not inside a running loop; one {@code run} at a time, each happens-before the next.
 *
 * @asyncio {@code Runner}, of CPython 3.15
 */
public final class Runner implements AutoCloseable {
  private enum State {
    CREATED,
    READY,
    RUNNING,
    CLOSING,
    CLOSED
  }

  private final Builder options;
  private final AtomicReference<State> state = new AtomicReference<>(State.CREATED);
  // Written by the thread that takes the state from CREATED to RUNNING, read by those that find it READY.
  private @Nullable LoopEngine loop;
  /** With the context that all runs share. */
  private @Nullable TaskOptions mainTask;
  private boolean hasRun;
  private @Nullable ShutdownHook shutdown; // with the loop
  /** What ended the last run that was ended by an error; {@code close} does not throw the same once more. */
  private @Nullable Throwable thrown;

  private Runner(Builder options) {
    this.options = options;
  }

  /**
   * Makes a Runner with the best loop there is: confined virtual threads where they are to be had, else virtual threads, else
   * platform threads.
   *
   * @return a new Runner; close it
   */
  public static Runner create() {
    return builder().build();
  }

  /**
   * Begins to make a Runner with options.
   *
   * @return a builder with the defaults
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Options of a Runner. */
  public static final class Builder {
    private @Nullable Boolean debug;
    private EventLoopFactory loopFactory = () -> EventLoopProvider.best().factory().newEventLoop();
    private List<ContextPropagator> propagators = List.of();
    private Duration closeTimeout = Duration.ofSeconds(30);
    private List<String> signals = List.of();
    private boolean closeOnShutdown;

    private Builder() {}

    private Builder(Builder other) {
      debug = other.debug;
      loopFactory = other.loopFactory;
      propagators = other.propagators;
      closeTimeout = other.closeTimeout;
      signals = other.signals;
      closeOnShutdown = other.closeOnShutdown;
    }

    /**
     * Turns debug mode on or off. Default: on if the system property {@code asyncrunner.debug} is set, or else the environment
     * variable {@code ASYNCRUNNER_DEBUG} to something that is not empty, and the setting is neither {@code false} nor {@code 0}.
     *
     * @param debug true for on
     * @return this builder
     */
    public Builder debug(boolean debug) {
      this.debug = debug;
      return this;
    }

    /**
     * Sets what makes the loop. Default: the best that the {@linkplain io.asyncrunner.spi.EventLoopProvider providers} offer.
     *
     * @param factory called once, at the first use
     * @return this builder
     */
    public Builder loopFactory(EventLoopFactory factory) {
      this.loopFactory = Objects.requireNonNull(factory, "factory");
      return this;
    }

    /**
     * Sets what carries scoped contexts along, wherever code runs on behalf of other code. Default: none.
     *
     * @param propagators asked in this order; the first is the outermost
     * @return this builder
     */
    public Builder propagate(ContextPropagator... propagators) {
      this.propagators = Arguments.copyOf(propagators, "propagators");
      return this;
    }

    /**
     * Sets how long {@link Runner#close()} waits, for tasks that it has cancelled, for generators and for the default executor, all
     * taken together. Default: 30 seconds.
     *
     * @param timeout of the loop's clock; zero waits for ever
     * @return this builder
     * @throws IllegalArgumentException if negative
     */
    public Builder closeTimeout(Duration timeout) {
      if (timeout.isNegative()) {
        throw new IllegalArgumentException("closeTimeout: " + timeout + " (expected zero, to wait for ever, or more)");
      }
      this.closeTimeout = timeout;
      return this;
    }

    /**
     * Sets which signals cancel the coroutine of a {@link Runner#run(Coroutine)} besides SIGINT, on whatever thread it was
     * called. Default: none. For a program that is to clean up and end, {@link #closeOnShutdown} is the simpler way.
     *
     * @param names for example {@code "TERM"} or {@code "SIGTERM"}
     * @return this builder
     */
    public Builder handleSignals(String... names) {
      this.signals = Arguments.copyOf(names, "names");
      return this;
    }

    /**
     * Closes the Runner when the JVM shuts down, before that ends: on SIGTERM, as {@code docker stop} and Kubernetes send it, on
     * SIGINT (Ctrl-C) and SIGHUP, and when somebody calls {@link System#exit}. A run that is in progress is cancelled, and ends with
     * a {@link CancellationException}; then the Runner is closed as by {@link Runner#close()}, if the thread in {@code run} does not
     * do that. The coroutines' {@code finally} blocks run, and may await. Of the signals, the exit status is the usual one: 143 for
     * SIGTERM, 130 for SIGINT, also if threads are left that are no daemons. A second signal ends the JVM at once.
     *
     * <p>If a run on the JVM's main thread was cancelled, that thread has the rest of the time to end too, as long as it does not wait
     * without a limit for more than a second. All of it takes at most the {@linkplain #closeTimeout close timeout} for the run, and as much for what is left; set that lower than the time after which the
     * process is killed (10 seconds with Docker, 30 with Kubernetes). The shutdown hooks of others run at the same time, as always.
     *
     * <p>Of a task that calls {@code System.exit} nothing more is run: it never returns from that. On loops that are not confined
     * it holds the loop, and the others cannot clean up either; let the coroutine return, and call it behind the run.
     *
     * @return this builder
     */
    public Builder closeOnShutdown() {
      this.closeOnShutdown = true;
      return this;
    }

    /**
     * Makes the Runner. No loop is made and no thread is started yet.
     *
     * @return a new Runner; close it
     * @throws IllegalArgumentException if one of the {@linkplain #handleSignals signals} does not exist here, or the JVM keeps it to
     *     itself
     * @throws IllegalStateException if there are signals to handle and this JVM cannot (it has no module
     *     {@code jdk.unsupported}), or with {@link #closeOnShutdown}, which handles them
     */
    public Runner build() {
      if (closeOnShutdown && !signals.isEmpty()) {
        throw new IllegalStateException(
            "handleSignals and closeOnShutdown exclude each other: the first cancels a run and lets"
                + " the program go on, the second ends the program; choose one");
      }
      Builder options = new Builder(this);
      options.signals = Signals.heard(signals);
      return new Runner(options);
    }
  }

  /**
   * Runs a coroutine on this Runner's loop and waits until it ends.
   *
   * <p>If the calling thread is interrupted, the coroutine is cancelled and awaited, and the thread's interrupt status is set
   * again on return. If it is the JVM's main thread, the first SIGINT cancels the coroutine, and this method then throws a
   * {@link KeyboardInterrupt}; at a second SIGINT the previous handler is in place again and gets it.
   *
   * <p><b>Memory:</b> what the coroutine wrote is visible to the caller on return.
   *
   * @param <T> the coroutine's result
   * @param <X> what it may throw
   * @param coroutine called once, in a task of the loop
   * @return what it returned, the same instance
   * @throws X what it threw, the same object
   * @throws CancellationException if its task was cancelled, caused by the {@link CancelledError}
   * @throws KeyboardInterrupt if it was cancelled by a signal
   * @throws IllegalStateException inside a running loop, while this Runner is running on another thread, or once it is closed;
   *     the coroutine is not called
   * @asyncio {@code Runner.run}; differs: a cancellation comes out as a {@code CancellationException}
   */
  public <T extends @Nullable Object, X extends Throwable> T run(Coroutine<T, X> coroutine) throws X {
    return run(coroutine, null, "run()");
  }

  /**
   * Runs a coroutine without a result; as {@link #run(Coroutine)}.
   *
   * @param <X> what it may throw
   * @param coroutine called once, in a task of the loop
   * @throws X what it threw, the same object
   */
  public <X extends Throwable> void run(VoidCoroutine<X> coroutine) throws X {
    run(Objects.requireNonNull(coroutine, "coroutine").returningNull());
  }

  /**
   * Runs a coroutine in a given context instead of the Runner's own; else as {@link #run(Coroutine)}.
   *
   * @param <T> the coroutine's result
   * @param <X> what it may throw
   * @param context used itself, not copied: what the coroutine sets stays set in it
   * @param coroutine called once, in a task of the loop
   * @return what it returned, the same instance
   * @throws X what it threw, the same object
   */
  public <T extends @Nullable Object, X extends Throwable> T run(Context context, Coroutine<T, X> coroutine) throws X {
    return run(coroutine, Objects.requireNonNull(context, "context"), "run()");
  }

  /**
   * Runs a coroutine without a result in a given context; as {@link #run(Context, Coroutine)}.
   *
   * @param <X> what it may throw
   * @param context used itself, not copied
   * @param coroutine called once, in a task of the loop
   * @throws X what it threw, the same object
   */
  public <X extends Throwable> void run(Context context, VoidCoroutine<X> coroutine) throws X {
    run(context, Objects.requireNonNull(coroutine, "coroutine").returningNull());
  }

  private <T extends @Nullable Object, X extends Throwable> T run(
      Coroutine<T, X> coroutine, @Nullable Context given, String method) {
    Objects.requireNonNull(coroutine, "coroutine");
    ensureOutsideLoops(method);
    begin(method);
    try {
      LoopEngine running = initialized();
      running.ensureCanRunHere();
      if (shutdown != null) {
        shutdown.ensureNotBegun();
      }
      hasRun = true;
      Task<T> main = running.createTask(
          given == null ? Objects.requireNonNull(mainTask) : TaskOptions.DEFAULT.withContext(given),
          coroutine);
      try (Signals signals = Signals.cancelling(main, options.signals, shutdown == null)) {
        if (shutdown != null) {
          shutdown.onRun(main);
        }
        return complete(running, main, signals);
      }
    } catch (Throwable ending) {
      if (Throwables.endsRun(ending)) {
        thrown = ending;
      }
      throw ending;
    } finally {
      end();
    }
  }

  /** Whether a thread is in {@code run}. Any thread. */
  boolean isRunning() {
    return state.get() == State.RUNNING;
  }

  /** Any thread. */
  boolean isClosed() {
    return state.get() == State.CLOSED;
  }

  /** Gives the Runner back after one call. */
  private void end() {
    state.setRelease(loop == null ? State.CREATED : State.READY); // no loop: the factory failed
  }

  /** Runs the loop until {@code main} ends and gives what the caller is to get. */
  private static <T extends @Nullable Object> T complete(LoopEngine loop, Task<T> main, Signals signals) {
    try {
      return loop.runUntilComplete(main);
    } catch (CancelledError error) {
      if (!main.isDone() || !main.isCancelled()) {
        throw error;
      }
      if (signals.received() != null && isUncancelled(main, signals.requests())) {
        KeyboardInterrupt interrupt = new KeyboardInterrupt("received SIG" + signals.received());
        interrupt.initCause(error);
        throw interrupt;
      }
      throw cancellation(error);
    } catch (Throwable thrown) {
      throw Throwables.sneaky(Throwables.unwrapped(main, thrown));
    }
  }

  /** Takes the requests of signals back; false if others are left, or the task cannot tell. */
  private static boolean isUncancelled(Task<?> main, int requests) {
    try {
      for (int i = 0; i < requests; i++) {
        main.uncancel();
      }
      return main.cancelling() == 0;
    } catch (UnsupportedOperationException cannotTell) { // a task of a task factory
      return false;
    }
  }

  /** What a cancellation becomes where it leaves the loop. */
  static CancellationException cancellation(CancelledError error) {
    CancellationException exception = new CancellationException(error.getMessage());
    exception.initCause(error);
    return exception;
  }

  /** Ends a {@code CompletableFuture} as a future that is done has ended. Completes on the calling thread. */
  static <T extends @Nullable Object> void transfer(AsyncFuture<T> done, CompletableFuture<T> target) {
    if (done.isCancelled()) {
      Outcome<T> outcome = Outcome.of(done);
      target.completeExceptionally(cancellation(((Outcome.Cancelled<T>) outcome).error()));
      return;
    }
    Throwable exception = done.exception();
    if (exception != null) {
      target.completeExceptionally(exception);
    } else {
      target.complete(done.result());
    }
  }

  /**
   * The loop, made now if there is none yet.
   *
   * <p><b>Thread:</b> any, also inside the loop.
   *
   * @return the loop
   * @throws IllegalStateException once this Runner is closed
   * @asyncio {@code Runner.get_loop}
   */
  public EventLoop loop() {
    if (state.get() == State.CREATED) {
      begin("loop()");
      try {
        return initialized();
      } finally {
        end();
      }
    }
    LoopEngine existing = loop;
    if (existing == null || state.get() == State.CLOSED) {
      throw refusal("loop()", state.get());
    }
    return existing;
  }

  private static void ensureOutsideLoops(String method) {
    EventLoop inside = EventLoop.runningOrNull();
    if (inside != null) {
      throw new IllegalStateException(
          "Runner." + method + " cannot be called from a running event loop, found " + inside
              + ": await the coroutine, or create a task");
    }
  }

  /** Takes the Runner for one call. */
  private void begin(String method) {
    if (!state.compareAndSet(State.READY, State.RUNNING) && !state.compareAndSet(State.CREATED, State.RUNNING)) {
      throw refusal(method, state.get());
    }
  }

  private static IllegalStateException refusal(String method, State found) {
    return new IllegalStateException(
        switch (found) {
          case CLOSED -> "Runner is closed: " + method + " needs a new one";
          case CLOSING -> "Runner is closing on another thread: " + method + " needs a new one";
          default -> "Runner is running on another thread: " + method + " has to wait until that ends; use"
              + " Async.callThreadsafe to run a coroutine beside it";
        });
  }

  private LoopEngine initialized() {
    if (loop == null) {
      LoopEngine made = Objects.requireNonNull(options.loopFactory.newEventLoop(),
          "the loop factory returned null, expected a loop");
      made.setDebug(options.debug == null ? isDebugByDefault() : options.debug);
      if (!options.propagators.isEmpty()) {
        made.setPropagators(options.propagators);
      }
      mainTask = TaskOptions.DEFAULT.withContext(Context.copyCurrent());
      loop = made;
      if (options.closeOnShutdown) {
        shutdown = ShutdownHook.install(this, made, options.closeTimeout);
      }
    }
    return loop;
  }

  private static boolean isDebugByDefault() {
    String setting = System.getProperty("asyncrunner.debug"); // empty for -Dasyncrunner.debug, which is on
    if (setting == null) {
      setting = System.getenv("ASYNCRUNNER_DEBUG");
      if (setting == null || setting.isEmpty()) {
        return false;
      }
    }
    return !setting.equals("false") && !setting.equals("0");
  }

  /**
   * Closes this Runner: cancels the tasks that are left, in the order of their creation, and waits for them; closes
   * generators, cancels the tasks that clean-ups have made meanwhile, until none is left, interrupts callbacks that wait in a call of the
   * JDK while the loop has gone on without them, and waits for them, shuts down the default executor, and closes the loop. What tasks throw while they end goes to the loop's exception handler. A second call does nothing.
   *
   * <p>All of that takes the {@linkplain Builder#closeTimeout close timeout} at most. When it has passed, tasks that are left are
   * cancelled once more, and given up if they still do not end: each is logged with its stack, and its next suspension point
   * throws.
   *
   * <p><b>Thread:</b> any that is not inside a running loop. Blocks. An interrupt does not cut the closing short; the
   * thread's interrupt status is set on return.
   *
   * @throws IllegalStateException inside a running loop, or while this Runner is running on another thread (the state is kept);
   *     or, naming them, if tasks, callbacks or threads of the default executor would not end (the Runner is closed)
   * @throws KeyboardInterrupt if a task threw it while it ended, as any {@code VirtualMachineError}; not if it has come out of the last
   *     {@code run} already (the Runner is closed)
   * @asyncio {@code Runner.close}; differs: tasks that are created while it closes are cancelled and awaited, too
   */
  @Override
  public void close() {
    ensureOutsideLoops("close()");
    if (state.compareAndSet(State.CREATED, State.CLOSED)) {
      return;
    }
    boolean nothingToRun = loop != null && (loop.isClosed() || (!hasRun && loop.allTasks().isEmpty()));
    if (state.get() == State.READY && !nothingToRun) {
      Objects.requireNonNull(loop).ensureCanRunHere(); // before anything changes
    }
    if (!state.compareAndSet(State.READY, State.CLOSING)) {
      if (state.get() == State.RUNNING) {
        throw refusal("close()", State.RUNNING);
      }
      return; // closed, or being closed by another thread
    }
    LoopEngine closing = Objects.requireNonNull(loop);
    try {
      if (nothingToRun) {
        closing.close();
      } else {
        new Closing(closing, options.closeTimeout).run(thrown);
      }
    } finally {
      state.set(State.CLOSED);
      if (shutdown != null) {
        shutdown.remove();
      }
    }
  }

  /** State and loop. */
  @Override
  public String toString() {
    return "Runner[" + state.get() + (loop == null ? "" : ", " + loop) + "]";
  }
}
