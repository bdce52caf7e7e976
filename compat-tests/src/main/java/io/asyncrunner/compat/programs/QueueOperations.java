package io.asyncrunner.compat.programs;

import io.asyncrunner.sync.QueueEmptyException;
import io.asyncrunner.sync.QueueFullException;
import io.asyncrunner.sync.QueueShutDownException;
import java.util.List;

/** Queues. */
final class QueueOperations {
  private QueueOperations() {}

  static final List<Operation> ALL = List.of(
      Operation.waiting("put", QueueOperations::put).weighing(5),
      Operation.waiting("get", QueueOperations::get).weighing(6),
      Operation.immediate("put-now", QueueOperations::putNow).weighing(4),
      Operation.immediate("get-now", QueueOperations::getNow).weighing(2),
      Operation.waiting("join-queue", (flow, step) -> {
        Books books = books(flow, step);
        flow.waitingAlone(books + " to be done", books::isAllDone, books.queue()::join);
      }).weighing(2),
      Operation.immediate("shut-down-queue", QueueOperations::shutDown).weighing(1).taking(2));

  private static Books books(Flow flow, Step step) {
    return flow.world.queues.get(step.number(0) % flow.world.queues.size());
  }

  private static void put(Flow flow, Step step) {
    Books books = books(flow, step);
    int item = books.next();
    try {
      flow.waitingAlone("room in the " + books, books::hasRoom, () -> {
        flow.world.tools.put(books.queue(), item);
        books.isPut(item);
      });
    } catch (QueueShutDownException refused) {
      flow.ensure(books.isShutDown(), "refused, but not shut down: " + books.queue());
    }
  }

  private static void get(Flow flow, Step step) {
    Books books = books(flow, step);
    try {
      flow.waitingAlone("an item of the " + books, books::isThere, () -> {
        books.isGot(flow, flow.world.tools.get(books.queue()));
        books.done();
      });
    } catch (QueueShutDownException refused) {
      flow.ensure(books.isShutDown(), "refused, but not shut down: " + books.queue());
    }
  }

  private static void putNow(Flow flow, Step step) {
    Books books = books(flow, step);
    int item = books.next();
    try {
      books.queue().putNoWait(item);
      books.isPut(item);
    } catch (QueueFullException full) {
      flow.ensure(books.queue().isFull(), "said to be full: " + books.queue());
    } catch (QueueShutDownException refused) {
      flow.ensure(books.isShutDown(), "refused, but not shut down: " + books.queue());
    }
  }

  private static void getNow(Flow flow, Step step) {
    Books books = books(flow, step);
    try {
      books.isGot(flow, books.queue().getNoWait());
      books.done();
    } catch (QueueEmptyException empty) {
      flow.ensure(books.queue().isEmpty(), "said to be empty: " + books.queue());
    } catch (QueueShutDownException refused) {
      flow.ensure(books.isShutDown(), "refused, but not shut down: " + books.queue());
    }
  }

  private static void shutDown(Flow flow, Step step) {
    Books books = books(flow, step);
    boolean now = step.number(1) % 2 == 0;
    books.shutsDown(now);
    if (now) {
      books.queue().shutdownNow();
    } else {
      books.queue().shutdown();
    }
  }
}
