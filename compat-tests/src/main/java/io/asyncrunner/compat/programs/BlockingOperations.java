package io.asyncrunner.compat.programs;

import io.asyncrunner.CancelledError;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Calls of the JDK that block: points of suspension on some kinds of loops, short ones on the others. */
final class BlockingOperations {
  private BlockingOperations() {}

  /** What is printed goes nowhere, through the lock that every stream has. */
  private static final PrintStream OUT = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);

  private static final Object MONITOR = new Object();

  static final List<Operation> ALL = List.of(
      Operation.waiting("blocking-sleep", (flow, step) -> Thread.sleep(0, 20_000 * step.number(0)))
          .weighing(3)
          .outside(),
      Operation.waiting("blocking-lock", BlockingOperations::lock).weighing(4).taking(1, Place.TASK).outside(),
      anywhere("blocking-leaf", BlockingOperations::leaf),
      anywhere("monitor", BlockingOperations::monitor),
      anywhere("log", (flow, step) -> Logs.LOG.warn("step {} of {}", step.number(0), flow)),
      anywhere("print", (flow, step) -> OUT.println("step " + step.number(0))),
      Operation.waiting("blocking-put", (flow, step) -> flow.world.blockingQueue.put(step.number(0)))
          .at(Place.TASK, Place.THREAD)
          .outside(),
      Operation.waiting("blocking-take", BlockingOperations::take).at(Place.TASK, Place.THREAD).outside(),
      Operation.waiting("socket", BlockingOperations::socket).weighing(2).outside());

  private static Operation anywhere(String name, Operation.Code code) {
    return Operation.waiting(name, (flow, step) -> {
      if (flow.mayBlock()) {
        code.run(flow, step);
      }
    }).at(Place.values()).outside();
  }

  private static void lock(Flow flow, Step step) throws Exception {
    int index = step.number(0) % flow.world.blockingLocks.size() + 1;
    ReentrantLock lock = flow.world.blockingLocks.get(index - 1);
    if (index <= flow.blockingLocks) { // taken in order
      flow.run(step.block(0));
      return;
    }
    int before = flow.blockingLocks;
    lock.lockInterruptibly(); // for who holds it may wait for this task, until that is cancelled
    try {
      flow.world.tick();
      if (flow.world.kind.isBlockingASuspension()) {
        flow.blockingLocks = index;
        flow.run(step.block(0));
      }
    } finally {
      flow.blockingLocks = before;
      lock.unlock();
    }
  }

  /** As a logger does: nobody suspends by the library while he holds it, so that it always comes free. */
  private static void leaf(Flow flow, Step step) throws Exception {
    ReentrantLock leaf = flow.world.leaf;
    leaf.lock();
    try {
      if (flow.place == Place.THREAD) {
        Thread.sleep(0, 20_000 * step.number(0));
      }
    } finally {
      leaf.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // waits for nothing but the time
  private static void monitor(Flow flow, Step step) throws Exception {
    synchronized (MONITOR) {
      if (step.number(0) % 4 == 0) {
        MONITOR.wait(1);
      } else if (flow.place == Place.THREAD) {
        Thread.sleep(0, 20_000 * step.number(0));
      } else {
        MONITOR.notifyAll();
      }
    }
  }

  private static void take(Flow flow, Step step) throws Exception {
    if (step.number(0) % 2 == 0 && flow.place == Place.TASK && flow.world.kind.isBlockingASuspension()) {
      flow.world.blockingQueue.take();
    } else {
      flow.world.blockingQueue.poll(50L * step.number(0), TimeUnit.MICROSECONDS);
    }
  }

  private static void socket(Flow flow, Step step) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Echo.PORT)) {
      socket.getOutputStream().write(step.number(0));
      int answer = socket.getInputStream().read();
      flow.ensure(answer == step.number(0), "a socket gave " + answer + ", expected " + step.number(0));
    } catch (IOException closed) { // by the interrupt of a cancellation, or it is a fault
      if (flow.place == Place.TASK && io.asyncrunner.Async.currentTask().cancelling() == 0) {
        flow.violation("a socket failed: " + closed);
      }
      throw closed;
    } catch (CancelledError cancelled) {
      flow.violation("a socket was cancelled: " + cancelled);
      throw cancelled;
    }
  }

  /** A server that gives back what it gets. One for all programs. */
  private static final class Echo {
    static final int PORT = serve();

    private static int serve() {
      try {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("programs-echo").start(() -> {
          while (true) {
            try (Socket socket = server.accept()) {
              int read = socket.getInputStream().read();
              if (read >= 0) {
                socket.getOutputStream().write(read);
              }
            } catch (IOException gone) {
              // The next, please.
            }
          }
        });
        return server.getLocalPort();
      } catch (IOException noServer) {
        throw new java.io.UncheckedIOException(noServer);
      }
    }
  }
}
