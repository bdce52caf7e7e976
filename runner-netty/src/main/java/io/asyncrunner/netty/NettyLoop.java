package io.asyncrunner.netty;

import io.asyncrunner.Context;
import io.asyncrunner.EventLoop;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.internal.Loggers;
import io.asyncrunner.spi.Detached;
import io.asyncrunner.spi.Poller;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Netty's event loop inside one of ours: its waiting is ours, and its work is a callback of ours. It differs from Netty's
 * {@code ManualIoEventLoop} in that it has no one thread that owns it, asks the transport in one place and tells the channels in another,
 * and refuses what comes after its end.
 *
 * <p><b>Where what runs.</b> {@link LoopPoller#poll} runs on the loop's bare thread. It lets the transport wait and keeps what has
 * happened ({@link DeferringIo}); it calls no handler. If there is something to do it queues {@link #turn()}, a callback like
 * any other, which runs on a fiber: it hands the events to the channels, and runs Netty's tasks and timers. So handlers may take
 * locks, log, and on confined fibers even block, which holds up this loop's channels but not its tasks.
 *
 * <p><b>Who is in Netty.</b> Netty's code expects that one thread runs it and comes to an end before another piece of it begins.
 * A task's fiber may call it too, and counts as Netty's own thread ({@link #inEventLoop()}), so that a write goes straight
 * out. {@link #inside} is the thread that is in Netty, as far as we know: in a turn, or in a call of one of our streams. While
 * there is one that has blocked there, all others count as foreign threads: what they want is queued, and no turn begins.
 *
 * <p><b>Fairness.</b> A turn ends after {@link #TURN_NANOS}, also if there is more to do, and queues the next one behind what is
 * ready by then. While the loop has callbacks to run, it looks at the transport, which is a system call, only if the
 * last look was {@link #LOOK_NANOS} ago: a look in each iteration would cost more than what short iterations do.
 *
 * <p><b>Writing.</b> What tasks write to streams is flushed in a turn, all of it in one go. So it is one fiber that flushes, and not each
 * task's own: over NIO that gives 5 to 10 % more throughput, because Netty's thread-locals for writing exist, and are in the caches, once.
 *
 * <p><b>Threads.</b> All belongs to the holder of the loop, but for what is marked shared. Wake-ups: {@code woken} is written
 * before the transport is told, and the transport asks {@code canBlock} after it has announced that it is going to wait; so one of the
 * two sees the other. So it is with {@link #tasks}.
 *
 * <p><b>The end.</b> Each task that was accepted is run, and each one that comes too late is refused. {@link #execute} puts a task
 * into the queue and then looks whether the loop still takes any; {@link #end} says that it does not and then empties the queue. So
 * one of the two sees the other, and where both do, the queue decides whose the task is. While it ends, {@link #closer} counts as
 * Netty's thread, and what that runs may still queue tasks; afterwards no thread does.
 */
final class NettyLoop extends AbstractScheduledEventExecutor implements IoEventLoop {
  /** How long a turn hands on events, and again how long it runs tasks, before others have theirs. */
  static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** How long a loop that has other things to do may leave the transport alone. */
  static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  /** How often a closing loop runs what its tasks have queued meanwhile: one that queues itself again and again is refused then. */
  private static final int CLOSING_ROUNDS = 100;

  private static final Logger LOGGER = Loggers.get("io.asyncrunner");
  private static final Context CONTEXT = new Context();

  final Transport transport;
  private final DeferringIo io;
  /** What Netty has to run; from any thread. One that takes back what it has put in, as Netty's own queues do not. */
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final LoopPoller poller = new LoopPoller();
  private @Nullable EventLoop loop;
  private final Waiting waiting = new Waiting();
  private final Runnable turn = (Runnable & Detached) this::turn;
  /** As a thread of its own would have it: that of whoever made the loop. */
  private final @Nullable ClassLoader classLoader = Thread.currentThread().getContextClassLoader();
  private boolean turnQueued;
  private long lookedAt;
  /** Streams with something written that is to go out with the next turn, if it has not meanwhile. */
  private final ArrayDeque<ChannelStream> unflushed = new ArrayDeque<>();
  private long unflushedSince;

  private volatile @Nullable Thread owner; // shared: the first thread that ran the loop
  /** The thread that is in Netty. Shared, without order: a thread finds itself here only if it wrote that itself. */
  private @Nullable Thread inside;
  private volatile boolean woken; // shared
  private volatile boolean shuttingDown; // shared: somebody has asked for it
  private volatile @Nullable Thread closer; // shared: the thread that closes the loop, while it does
  private volatile Taking taking = Taking.ALL; // shared
  private final Promise<@Nullable Void> termination = new DefaultPromise<>(GlobalEventExecutor.INSTANCE);

  /** Whose tasks are accepted. */
  private enum Taking {
    ALL, ITS_OWN, NONE
  }

  private NettyLoop(Transport transport, IoHandlerFactory factory) {
    this.transport = transport;
    this.io = new DeferringIo(factory, this);
  }

  static NettyLoop create(Transport transport) {
    return create(transport, transport.newFactory());
  }

  /** With a transport that stands in for Netty's own. */
  static NettyLoop create(Transport transport, IoHandlerFactory factory) {
    return new NettyLoop(transport, factory);
  }

  void setLoop(EventLoop loop) {
    this.loop = loop;
  }

  EventLoop loop() {
    return Objects.requireNonNull(loop);
  }

  Poller poller() {
    return poller;
  }

  /** Refuses all threads but the first, if the transport is tied to it. */
  void ensureOwner() {
    Thread first = owner;
    if (transport.isTiedToAThread() && first != null && first != Thread.currentThread()) {
      throw new IllegalStateException("a loop on Netty's " + transport + " belongs to the first thread that ran it, "
          + first.getName() + ", found " + Thread.currentThread().getName()
          + ": run and close it there, or use NettyLoops.epoll() or nio()");
    }
  }

  /** Refuses threads for which another one is made for each run, if the transport is tied to one. */
  void ensureFree() {
    if (transport.isTiedToAThread()) {
      throw new IllegalStateException(
          "a loop on Netty's " + transport + ", with confined virtual threads, has to be run on"
              + " a platform thread, always the same one, found the virtual thread " + Thread.currentThread()
              + ": use NettyLoops.epoll() or nio() there, or other fibers");
    }
  }

  // --- who is in Netty ---

  @Override
  public boolean inEventLoop() {
    EventLoop ours = loop();
    Thread current = Thread.currentThread();
    if (ours.isClosed()) {
      return current == closer;
    }
    Thread in = inside;
    return in == null ? ours.isHeldByCurrentThread() : in == current;
  }

  @Override
  public boolean inEventLoop(Thread thread) {
    return thread == Thread.currentThread() ? inEventLoop() : thread == (loop().isClosed() ? closer : inside);
  }

  /** The calling fiber goes into Netty; false if it is there already, or another one has blocked there. */
  boolean enter() {
    if (inside != null) {
      return false;
    }
    inside = Thread.currentThread();
    return true;
  }

  /** Leaves Netty after {@link #enter} has returned true. */
  void exit() {
    inside = null;
  }

  // --- turns ---

  private void queueTurn() {
    if (!turnQueued) {
      turnQueued = true;
      loop().callSoon(CONTEXT, turn);
    }
  }

  private void turn() {
    turnQueued = false;
    if (!enter()) {
      return; // one has blocked in Netty since; the next poll after that sees what there is to do
    }
    Thread.currentThread().setContextClassLoader(classLoader); // for this callback
    EventExecutor before = ThreadExecutorMap.setCurrentExecutor(this);
    try {
      flushWritten();
      io.dispatch(System.nanoTime() + TURN_NANOS);
      runTasks(System.nanoTime() + TURN_NANOS);
    } finally {
      ThreadExecutorMap.setCurrentExecutor(before);
      exit();
      if (io.hasKept() && !loop().isClosed()) { // the time was over, or a handler threw
        queueTurn();
      }
    }
  }

  /** Runs tasks and timers until there are none, or the time is over, or the loop was closed while one of them blocked. */
  private void runTasks(long deadlineNanos) {
    fetchFromScheduledTaskQueue(tasks);
    while (inEventLoop()) {
      Runnable task = tasks.poll();
      if (task == null) {
        return;
      }
      safeExecute(task);
      if (System.nanoTime() - deadlineNanos >= 0) {
        return;
      }
    }
  }

  /** Has a stream flushed with all others in the next turn; now, if one of them has been waiting for that for too long. */
  void flushLater(ChannelStream stream) {
    long now = System.nanoTime();
    if (unflushed.isEmpty()) {
      unflushedSince = now;
      queueTurn();
    }
    unflushed.add(stream);
    if (now - unflushedSince >= TURN_NANOS) {
      flush();
    }
  }

  private void flushWritten() {
    if (unflushed.isEmpty()) {
      return;
    }
    flush();
    if (transport == Transport.IO_URING) {
      poller.look(0); // flushing only asks; this tells the kernel, and there may be no other look before the run ends
    }
  }

  private void flush() {
    for (ChannelStream stream = unflushed.poll(); stream != null; stream = unflushed.poll()) {
      stream.flushWritten();
    }
  }

  /** What Netty has to do besides channels: asked for in the middle of a look, and after it. */
  private boolean hasTasks() {
    return !tasks.isEmpty() || hasScheduledTasks();
  }

  private boolean hasWork() {
    return io.hasKept() || !unflushed.isEmpty() || hasTasks();
  }

  // --- waiting ---

  private final class LoopPoller implements Poller {
    /** What is waited in while a fiber is blocked in Netty. */
    private final Poller parking = EventLoops.parkingPoller();

    @Override
    public void poll(long maxWaitNanos) {
      if (inside != null) {
        parking.poll(maxWaitNanos);
        return;
      }
      if (io.hasKept()) { // first the turn, or a selector would report the same once more
        queueTurn();
        return;
      }
      boolean hasWork;
      inside = Thread.currentThread();
      try {
        ensureBegun();
        if (maxWaitNanos > 0 || System.nanoTime() - lookedAt >= LOOK_NANOS) {
          look(maxWaitNanos);
        }
        hasWork = hasWork();
      } finally {
        inside = null;
      }
      if (hasWork) {
        queueTurn();
      }
    }

    private void look(long maxWaitNanos) {
      waiting.begin(hasWork() ? 0 : maxWaitNanos);
      try {
        io.look(waiting);
      } finally {
        woken = false;
        lookedAt = System.nanoTime();
      }
    }

    @Override
    public void wakeup() {
      woken = true;
      parking.wakeup();
      try {
        io.wakeup();
      } catch (Throwable thrown) { // not to reach whoever wakes us; a loop that sleeps on is woken by its next event
        LOGGER.error("cannot wake {} up", this, thrown);
      }
    }

    @Override
    public void close() {
      NettyLoop.this.end();
    }
  }

  /** The first thread that comes begins, to which a transport may be tied from then on. None can end before it has begun. */
  private void ensureBegun() {
    if (owner == null) {
      owner = Thread.currentThread();
      io.initialize();
    }
  }

  /** How long a look may wait. */
  private final class Waiting implements IoHandlerContext {
    private long maxNanos;
    private int asked;

    void begin(long maxNanos) {
      this.maxNanos = maxNanos == 0 ? 0 : Math.max(maxNanos, transport.shortestWaitNanos());
      asked = 0;
    }

    /**
     * False also if the thread is interrupted: NIO would clear the status, of which the loop is to know. It asks twice before it
     * waits; who asks once more has waited, and is to come back rather than look at the status next, and wait again.
     */
    @Override
    public boolean canBlock() {
      return maxNanos > 0 && ++asked <= 2 && !woken && !hasTasks() && !Thread.currentThread().isInterrupted();
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
      return Math.min(maxNanos, NettyLoop.this.delayNanos(currentTimeNanos, maxNanos));
    }

    /** On Netty's own clock. Epoll leaves the timer of the last wait as it is if this says the same as then. */
    @Override
    public long deadlineNanos() {
      long next = nextScheduledTaskDeadlineNanos(); // -1: none
      if (maxNanos == Long.MAX_VALUE) {
        return next;
      }
      long now = ticker().nanoTime();
      return next == -1 || next - now > maxNanos ? now + maxNanos : next;
    }
  }

  // --- what it takes ---

  @Override
  public void execute(Runnable command) {
    Objects.requireNonNull(command, "command");
    ensureTakes();
    tasks.add(command);
    if (inEventLoop()) {
      return;
    }
    if (taking != Taking.ALL && tasks.remove(command)) {
      ensureTakes();
    }
    io.wakeup();
  }

  private void ensureTakes() {
    Taking now = taking;
    if (now != Taking.ALL && (now == Taking.NONE || !inEventLoop())) {
      throw new RejectedExecutionException(this + " takes no more tasks: the loop has been closed");
    }
  }

  /** Also what takes a timer out that another thread has cancelled, of which nothing is left to be done when all are. */
  @Override
  public void lazyExecute(Runnable task) {
    try {
      execute(task);
    } catch (RejectedExecutionException closed) {
      if (!(task instanceof ScheduledFuture<?> timer) || !timer.isCancelled()) {
        throw closed;
      }
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    ensureTakes();
    return super.schedule(command, delay, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    ensureTakes();
    return super.schedule(callable, delay, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
    ensureTakes();
    return super.scheduleAtFixedRate(command, initialDelay, period, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
    ensureTakes();
    return super.scheduleWithFixedDelay(command, initialDelay, delay, unit);
  }

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> all) throws InterruptedException, ExecutionException {
    ensureMayWait("invokeAny");
    return super.invokeAny(all);
  }

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> all, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    ensureMayWait("invokeAny");
    return super.invokeAny(all, timeout, unit);
  }

  @Override
  public <T> List<java.util.concurrent.Future<T>> invokeAll(Collection<? extends Callable<T>> all)
      throws InterruptedException {
    ensureMayWait("invokeAll");
    return super.invokeAll(all);
  }

  @Override
  public <T> List<java.util.concurrent.Future<T>> invokeAll(Collection<? extends Callable<T>> all, long timeout,
      TimeUnit unit) throws InterruptedException {
    ensureMayWait("invokeAll");
    return super.invokeAll(all, timeout, unit);
  }

  private void ensureMayWait(String method) {
    if (inEventLoop()) {
      throw new RejectedExecutionException(
          method + " was called on " + this
              + " itself, which it would wait for: submit the tasks and await their futures");
    }
  }

  @Override
  public Future<IoRegistration> register(IoHandle handle) {
    Promise<IoRegistration> promise = newPromise();
    if (inEventLoop()) {
      register(handle, promise);
    } else {
      execute(() -> register(handle, promise));
    }
    return promise;
  }

  private void register(IoHandle handle, Promise<IoRegistration> promise) {
    try {
      promise.trySuccess(io.register(handle));
    } catch (Exception refused) {
      promise.tryFailure(refused);
    }
  }

  @Override
  @Deprecated
  public ChannelFuture register(Channel channel) {
    return register(new DefaultChannelPromise(channel, this));
  }

  @Override
  @Deprecated
  public ChannelFuture register(ChannelPromise promise) {
    promise.channel().unsafe().register(this, promise);
    return promise;
  }

  @Override
  @Deprecated
  public ChannelFuture register(Channel channel, ChannelPromise promise) {
    channel.unsafe().register(this, promise);
    return promise;
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return io.isCompatible(handleType);
  }

  @Override
  public boolean isIoType(Class<? extends IoHandler> handlerType) {
    return io.isIoType(handlerType);
  }

  @Override
  public NettyLoop next() {
    return this;
  }

  @Override
  public @Nullable IoEventLoopGroup parent() {
    return null;
  }

  // --- the end ---

  /** The loop has closed: closes all channels, and what the transport holds. On whatever thread closes the loop. */
  private void end() {
    NettyLoops.forget(loop());
    closer = Thread.currentThread();
    shuttingDown = true;
    taking = Taking.ITS_OWN; // or others could keep it from coming to an end
    EventExecutor before = ThreadExecutorMap.setCurrentExecutor(this);
    List<Runnable> steps = List.of(this::ensureBegun, this::runRounds, io::prepareToDestroy, this::runRounds,
        io::destroy, this::runRest, this::cancelScheduledTasks);
    Throwable failure = null;
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (Throwable thrown) { // the next steps let go of other things
        failure = failure == null ? thrown : failure;
      }
    }
    ThreadExecutorMap.setCurrentExecutor(before);
    closer = null;
    termination.trySuccess(null);
    if (failure != null) {
      LOGGER.error("closing {} did not go well", this, failure);
    }
  }

  private void runRounds() {
    fetchFromScheduledTaskQueue(tasks);
    for (int round = 0; round < CLOSING_ROUNDS && !tasks.isEmpty(); round++) {
      for (int there = tasks.size(); there > 0; there--) {
        Runnable task = tasks.poll();
        if (task != null) { // nobody has taken it back
          safeExecute(task);
        }
      }
    }
  }

  /** After this nothing is left. */
  private void runRest() {
    taking = Taking.NONE;
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      safeExecute(task);
    }
  }

  /** Lets go of what the transport holds, of a loop that did not come to be. */
  void discard() {
    io.initialize(); // or io_uring could not end
    io.destroy();
  }

  /** Has no effect, but that {@link #isShuttingDown} says so: the loop ends when ours is closed. */
  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    shuttingDown = true;
    return termination;
  }

  @Override
  @Deprecated
  public void shutdown() {
    shuttingDown = true;
  }

  @Override
  public Future<?> terminationFuture() {
    return termination;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return termination.await(timeout, unit);
  }

  @Override
  public boolean isShuttingDown() {
    return shuttingDown;
  }

  /** Only when all is over: until then a periodic timer that runs puts itself back, to be cancelled with the others. */
  @Override
  public boolean isShutdown() {
    return termination.isDone();
  }

  @Override
  public boolean isTerminated() {
    return termination.isDone();
  }

  @Override
  public String toString() {
    return "NettyLoop[" + transport + ", " + loop + "]";
  }
}
