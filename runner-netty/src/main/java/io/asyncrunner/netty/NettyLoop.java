package io.asyncrunner.netty;

import io.asyncrunner.Context;
import io.asyncrunner.EventLoop;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.internal.Loggers;
import io.asyncrunner.spi.Detached;
import io.asyncrunner.spi.Poller;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Netty's event loop inside one of ours: its waiting is ours, and its work is a callback of ours.
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
 * <p><b>The owner.</b> A {@code ManualIoEventLoop} has one owning thread for good, and only that may call its {@code run}. Ours may be
 * run by one thread after another, and by the fibers of platform threads. So {@code run} is called once, by the first thread, for what it knows about
 * Netty's tasks and timers ({@link IoHandlerContext}); from then on the transport is run directly.
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
 * two sees the other.
 */
final class NettyLoop extends ManualIoEventLoop {
  /** How long a turn hands on events, and again how long it runs tasks, before others have theirs. */
  static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** How long a loop that has other things to do may leave the transport alone. */
  static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private static final Context CONTEXT = new Context();

  final Transport transport;
  private final DeferringIo io;
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

  private volatile @Nullable Thread owner; // shared, of Netty's loop: the first thread that ran ours
  /** The thread that is in Netty. Shared, without order: a thread finds itself here only if it wrote that itself. */
  private @Nullable Thread inside;
  private volatile boolean woken; // shared

  private NettyLoop(Transport transport, Io io) {
    super(null, null, io);
    this.transport = transport;
    this.io = io.made();
  }

  static NettyLoop create(Transport transport) {
    return create(transport, transport.newFactory());
  }

  /** With a transport that stands in for Netty's own. */
  static NettyLoop create(Transport transport, IoHandlerFactory factory) {
    return new NettyLoop(transport, new Io(factory));
  }

  /** Makes the transport while the loop is made, and remembers it for the loop's constructor. */
  private static final class Io implements IoHandlerFactory {
    private final IoHandlerFactory factory;
    private @Nullable DeferringIo made;

    Io(IoHandlerFactory factory) {
      this.factory = factory;
    }

    @Override
    public IoHandler newHandler(ThreadAwareExecutor executor) {
      DeferringIo handler = new DeferringIo(factory, executor);
      made = handler;
      return handler;
    }

    DeferringIo made() {
      return Objects.requireNonNull(made);
    }
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

  // --- who is in Netty ---

  @Override
  public boolean inEventLoop() {
    Thread current = Thread.currentThread();
    Thread in = inside;
    return in == null ? loop().isHeldByCurrentThread() : in == current;
  }

  @Override
  public boolean isExecutorThread(Thread thread) {
    return thread == Thread.currentThread() ? inEventLoop() : thread == inside;
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
      loop().callSoon(turn, CONTEXT);
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
      runNonBlockingTasks(TURN_NANOS);
    } finally {
      ThreadExecutorMap.setCurrentExecutor(before);
      exit();
      if (io.hasKept()) { // the time was over, or a handler threw
        queueTurn();
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
  @Override
  protected boolean canBlock() {
    return true;
  }

  private boolean hasWork() {
    return io.hasKept() || !unflushed.isEmpty() || !io.ofNetty().canBlock();
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
        if (owner == null) {
          begin();
        }
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
        Loggers.get("io.asyncrunner").error("cannot wake {} up", this, thrown);
      }
    }

    @Override
    public void close() {
      NettyLoop.this.close();
    }
  }

  /** The first thread has come: has Netty's loop initialise the transport and give us its context, which takes an owner. */
  private void begin() {
    Thread current = Thread.currentThread();
    setOwningThread(current);
    owner = current;
    run(0, -1);
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
      return maxNanos > 0 && ++asked <= 2 && !woken && io.ofNetty().canBlock()
          && !Thread.currentThread().isInterrupted();
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
      return Math.min(maxNanos, io.ofNetty().delayNanos(currentTimeNanos));
    }

    @Override
    public long deadlineNanos() {
      long next = io.ofNetty().deadlineNanos(); // -1: none
      if (maxNanos == Long.MAX_VALUE) {
        return next;
      }
      long now = System.nanoTime();
      return next == -1 || next - now > maxNanos ? now + maxNanos : next;
    }
  }

  // --- the end ---

  /** The loop has closed: closes all channels, and what the transport holds. On whatever thread closes the loop. */
  private void close() {
    NettyLoops.forget(loop());
    Thread current = Thread.currentThread();
    inside = current;
    try {
      if (owner == null) {
        setOwningThread(current);
        owner = current;
      }
      if (owner == current) {
        Future<?> unused = shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
        while (!isTerminated()) {
          runNow();
        }
        return;
      }
      shutDown();
      runNonBlockingTasks(0);
      io.prepareToDestroy();
      runNonBlockingTasks(0);
      io.destroy();
      runNonBlockingTasks(0);
    } finally {
      inside = null;
    }
  }

  /** Lets go of what the transport holds, of a loop that did not come to be. */
  void discard() {
    io.initialize(); // or io_uring could not end
    io.destroy();
  }

  /** Netty's loop goes through its own shut-down only on the thread that owns it; elsewhere it is told, and we do the rest. */
  @SuppressWarnings("deprecation") // the other way has it accept tasks that nobody would run
  private void shutDown() {
    shutdown();
  }

  /** As the longer form, but for the quiet period: whoever closes the loop would turn over for as long, for tasks that cannot come. */
  @Override
  public Future<?> shutdownGracefully() {
    return shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public String toString() {
    return "NettyLoop[" + transport + ", " + loop + "]";
  }
}
