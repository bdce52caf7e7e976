package io.asyncrunner.compat.oracle;

import io.asyncrunner.CancelledError;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.InvalidStateException;
import io.asyncrunner.sync.BrokenAsyncBarrierException;
import io.asyncrunner.sync.QueueEmptyException;
import io.asyncrunner.sync.QueueFullException;
import io.asyncrunner.sync.QueueShutDownException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What happened in a scenario, and the words for it. */
final class Trace {
  /** Who does what is not done by a task: a callback, or the harness. */
  static final String NOBODY = "-";

  private final VirtualClock clock;
  private final List<String> lines = new ArrayList<>();
  private @Nullable EventLoop loop;
  private @Nullable Throwable failure;
  private boolean over;

  Trace(VirtualClock clock) {
    this.clock = clock;
  }

  /** Tells which loop the programs run on. */
  void setLoop(EventLoop loop) {
    this.loop = loop;
  }

  /**
   * Adds what a program or a callback did. Only while the loop runs: what a task still does when its loop closes under it,
   * which may be on a thread of its own, is no part of a scenario.
   */
  void add(String who, String what) {
    if (!over && loop != null && loop.isRunning()) {
      lines.add(line(who, what));
    }
  }

  /** What programs still do is no part of the scenario. */
  void end() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  /** Adds what the harness found; it may do so between runs. */
  void note(String what) {
    lines.add(line(NOBODY, what));
  }

  private String line(String who, String what) {
    return clock.millis() + " " + who + " " + what;
  }

  List<String> lines() {
    return List.copyOf(lines);
  }

  /** The first exception that is of none of the scenarios' kinds: the scenario, or the library, is broken. */
  @Nullable Throwable failure() {
    return failure;
  }

  void fail(Throwable thrown) {
    if (failure == null) {
      failure = thrown;
    }
  }

  /** The word for a value, an exception, or a list of those. */
  String show(@Nullable Object value) {
    if (value instanceof Throwable thrown) {
      return "!" + kind(thrown);
    }
    if (value instanceof List<?> values) {
      return values.stream().map(this::show).collect(Collectors.joining(",", "[", "]"));
    }
    return String.valueOf(value);
  }

  /** The word for an exception. */
  String kind(Throwable thrown) {
    return switch (thrown) {
      case CancelledError cancelled ->
        cancelled.reason() == null ? "cancelled" : "cancelled(" + cancelled.reason() + ")";
      case ApplicationException error -> error.getClass().getSimpleName();
      case DeadlineExceededException timeout -> "timeout";
      case ExceptionGroup group ->
        group.exceptions().stream().map(this::kind).collect(Collectors.joining(",", "group[", "]"));
      case InvalidStateException invalid -> "invalid_state";
      case BrokenAsyncBarrierException broken -> "broken_barrier";
      case QueueShutDownException shutDown -> "shutdown";
      case QueueEmptyException empty -> "empty";
      case QueueFullException full -> "full";
      case IllegalStateException misuse -> "runtime_error";
      default -> {
        fail(thrown);
        yield thrown.getClass().getName();
      }
    };
  }
}
