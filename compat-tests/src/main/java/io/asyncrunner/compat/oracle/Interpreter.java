package io.asyncrunner.compat.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Outcome;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.Timeout;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLifoQueue;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncPriorityQueue;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.QueueEmptyException;
import io.asyncrunner.sync.QueueFullException;
import io.asyncrunner.sync.QueueShutDownException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The programs of one scenario. Each program is a coroutine, each operation a method that does, in direct style, what the
 * operation of the same name does in asyncio, by public API alone.
 *
 * <p>All of it runs on one loop, so nothing here is guarded.
 */
final class Interpreter {
  /** A duration that never ends: what {@code null} milliseconds are. */
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  /** An operation that may end its program. */
  @FunctionalInterface
  private interface Block {
    Flow run(Interpreter interpreter, Frame frame, JsonNode operation) throws Throwable;
  }

  /** An operation after which its program goes on. */
  @FunctionalInterface
  private interface Step {
    void run(Interpreter interpreter, Frame frame, JsonNode operation) throws Throwable;
  }

  /** Whether a program goes on after an operation, or ends with a value, through all the blocks around it. */
  private record Flow(boolean ends, @Nullable Object value) {
    static final Flow GOES_ON = new Flow(false, null);

    static Flow endsWith(@Nullable Object value) {
      return new Flow(true, value);
    }
  }

  /** What belongs to one run of a program. */
  private static final class Frame {
    final String who;
    final Deque<TaskGroup> groups = new ArrayDeque<>();
    final Deque<Timeout> timeouts = new ArrayDeque<>();
    @Nullable Throwable caught;

    Frame(String who) {
      this.who = who;
    }
  }

  private static final Block UNSUPPORTED = (interpreter, frame, operation) -> {
    throw new UnsupportedOperationException(
        "program of " + frame.who + ": operation " + operation + " is not supported");
  };

  private static final Map<String, Block> OPERATIONS = new HashMap<>();

  static {
    step("log", Interpreter::log);
    step("sleep", Interpreter::sleep);
    step("raise", Interpreter::raise);
    block("return", Interpreter::returnValue);
    block("try", Interpreter::tryOperations);
    step("reraise", Interpreter::reraise);

    step("spawn", (in, frame, op) -> in.spawn(op, false));
    step("espawn", (in, frame, op) -> in.spawn(op, true));
    step("await", Interpreter::await);
    step("shield", Interpreter::shield);
    step("wait_for", Interpreter::awaitInTimeout);
    step("wf", Interpreter::waitForTask);
    step("wfs", Interpreter::waitForShielded);
    step("wff", Interpreter::waitForFuture);
    step("wfp", Interpreter::waitForProgram);
    step("cancel", Interpreter::cancel);
    step("later_cancel", Interpreter::cancelLater);
    step("yield_cancel", Interpreter::cancelSelf);
    step("uncancel", Interpreter::uncancel);
    step("cancelling", Interpreter::cancelling);
    step("state", Interpreter::state);
    step("add_callback", Interpreter::addCallback);
    step("gather", Interpreter::gather);
    step("wait", Interpreter::waitForSeveral);
    step("as_completed", Interpreter::asCompleted);
    step("stagger", Interpreter::stagger);

    block("timeout", Interpreter::timeout);
    step("reschedule", Interpreter::reschedule);
    block("group", (in, frame, op) -> in.group(frame, null, op.path(1)));
    block("ngroup", (in, frame, op) -> in.group(frame, text(op, 1), op.path(2)));
    step("gspawn", (in, frame, op) -> in.spawnInGroup(frame, op, false));
    step("egspawn", (in, frame, op) -> in.spawnInGroup(frame, op, true));
    step("gin", Interpreter::spawnInNamedGroup);
    step("gcancel", Interpreter::cancelGroup);
    step("later_gcancel", Interpreter::cancelGroupLater);

    step("call_soon", Interpreter::callSoon);
    step("call_later", Interpreter::callLater);
    step("ctx_set", Interpreter::setVariable);
    step("ctx_get", Interpreter::getVariable);
    step("ctx_callback", Interpreter::getVariableInCallback);

    step("future_wait", Interpreter::awaitFuture);
    step("future_set", Interpreter::setFuture);
    step("future_fail", Interpreter::failFuture);
    step("future_cancel", Interpreter::cancelFuture);

    block("sem", (in, frame, op) -> in.holding(frame, op, body -> in.semaphore(text(op, 1)).with(body)));
    block("lock", (in, frame, op) -> in.holding(frame, op, body -> in.lock(text(op, 1)).with(body)));
    step("cond_wait", Interpreter::awaitCondition);
    step("cond_until", Interpreter::awaitConditionUntil);
    step("notify", (in, frame, op) -> in.signal(in.condition(text(op, 1)), op.path(2).asInt()));
    step("event_wait", Interpreter::awaitEvent);
    step("event_set", (in, frame, op) -> in.event(text(op, 1)).set());
    step("event_clear", (in, frame, op) -> in.event(text(op, 1)).clear());
    step("put", Interpreter::put);
    step("get", (in, frame, op) -> in.awaiting(frame, "get " + text(op, 1), in.queue(text(op, 1))::get));
    step("qput", Interpreter::putOrShutDown);
    step("qget", (in, frame, op) -> in.queued(frame, "qget " + text(op, 1), in.queue(text(op, 1))::get));
    step("qjoin", Interpreter::join);
    step("qnow", Interpreter::getNow);
    step("qputnow", Interpreter::putNow);
    step("qdone", Interpreter::taskDone);
    step("qshut", Interpreter::shutDown);
    step("barrier", (in, frame, op) -> in.awaiting(frame, "barrier " + text(op, 1), in.barrier(text(op, 1))::await));
    step("babort", Interpreter::abortBarrier);
    step("breset", Interpreter::resetBarrier);
  }

  private final Scenario scenario;
  private final Trace trace;
  private final EventLoop loop;
  private final Map<String, Task<?>> tasks = new HashMap<>();
  private final Map<String, TaskGroup> groups = new HashMap<>();
  private final Map<String, Object> objects = new HashMap<>(); // made when first used
  private final Map<String, ContextVar<String>> variables = new HashMap<>();

  Interpreter(Scenario scenario, Trace trace, EventLoop loop) {
    this.scenario = scenario;
    this.trace = trace;
    this.loop = loop;
  }

  private static void block(String name, Block block) {
    OPERATIONS.put(name, block);
  }

  private static void step(String name, Step step) {
    block(name, (interpreter, frame, operation) -> {
      step.run(interpreter, frame, operation);
      return Flow.GOES_ON;
    });
  }

  // --- programs ---

  /** Runs the main program in its task, which calls. */
  @Nullable Object main(Task<?> task) throws Throwable {
    task.setName("main");
    tasks.put("main", task);
    return program("main", "main");
  }

  private @Nullable Object program(String who, String name) throws Throwable {
    Frame frame = new Frame(who);
    trace.add(who, "start");
    Object value;
    try {
      value = body(frame, scenario.programs().path(name)).value();
    } catch (Throwable thrown) {
      trace.add(who, "end !" + trace.kind(thrown));
      throw thrown;
    }
    trace.add(who, "end " + trace.show(value));
    return value;
  }

  private Flow body(Frame frame, JsonNode operations) throws Throwable {
    for (JsonNode operation : operations) {
      Flow flow = OPERATIONS.getOrDefault(text(operation, 0), UNSUPPORTED).run(this, frame, operation);
      if (flow.ends()) {
        return flow;
      }
    }
    return Flow.GOES_ON;
  }

  private void log(Frame frame, JsonNode operation) {
    trace.add(frame.who, "log " + text(operation, 1));
  }

  private void sleep(Frame frame, JsonNode operation) {
    Async.sleep(duration(operation, 1));
  }

  private void raise(Frame frame, JsonNode operation) {
    String kind = text(operation, 1);
    if (kind.equals("cancelled")) {
      throw new CancelledError();
    }
    throw ApplicationException.ofKind(kind);
  }

  private Flow returnValue(Frame frame, JsonNode operation) {
    return Flow.endsWith(value(operation, 1));
  }

  private Flow tryOperations(Frame frame, JsonNode operation) throws Throwable {
    JsonNode handlers = operation.path(2);
    Throwable caughtOutside = frame.caught;
    try {
      try {
        return body(frame, operation.path(1));
      } catch (Throwable thrown) {
        for (Map.Entry<String, JsonNode> handler : handlers.properties()) {
          if (matches(thrown, handler.getKey())) {
            trace.add(frame.who, "caught " + trace.kind(thrown));
            frame.caught = thrown;
            return body(frame, handler.getValue());
          }
        }
        throw thrown;
      }
    } finally {
      frame.caught = caughtOutside;
      if (handlers.has("finally")) {
        trace.add(frame.who, "finally");
        body(frame, handlers.path("finally"));
      }
    }
  }

  private boolean matches(Throwable thrown, String handler) {
    return switch (handler) {
      case "finally" -> false;
      case "error" -> thrown instanceof ApplicationException;
      default -> trace.kind(thrown).split("[(\\[]", 2)[0].equals(handler);
    };
  }

  private void reraise(Frame frame, JsonNode operation) throws Throwable {
    if (frame.caught != null) {
      throw frame.caught;
    }
  }

  // --- tasks ---

  private void spawn(JsonNode operation, boolean eagerly) {
    String name = text(operation, 1);
    tasks.put(name, loop.createTask(options(name, eagerly), () -> program(name, text(operation, 2))));
  }

  private static TaskOptions options(String name, boolean eagerStart) {
    return TaskOptions.named(name).withEagerStart(eagerStart);
  }

  /** The task that the operation names; if it was not spawned yet, traces that and gives {@code null}. */
  private @Nullable Task<?> spawned(Frame frame, JsonNode operation) {
    return spawned(frame, text(operation, 0), text(operation, 1));
  }

  private @Nullable Task<?> spawned(Frame frame, String operation, String name) {
    Task<?> task = tasks.get(name);
    if (task == null) {
      trace.add(frame.who, operation + " " + name + " ?");
    }
    return task;
  }

  /** Those of the tasks that the operation names in a list that were spawned; the others are traced. */
  private List<Task<?>> allSpawned(Frame frame, JsonNode operation) {
    List<Task<?>> found = new ArrayList<>();
    for (JsonNode name : operation.path(1)) {
      Task<?> task = spawned(frame, text(operation, 0), name.asText());
      if (task != null) {
        found.add(task);
      }
    }
    return found;
  }

  /** Waits, traces the outcome, and lets an exception through. */
  private void awaiting(Frame frame, String label, Coroutine<? extends @Nullable Object, ?> wait) throws Throwable {
    Object value;
    try {
      value = wait.run();
    } catch (Throwable thrown) {
      trace.add(frame.who, label + " -> !" + trace.kind(thrown));
      throw thrown;
    }
    trace.add(frame.who, label + " -> " + trace.show(value));
  }

  private void await(Frame frame, JsonNode operation) throws Throwable {
    Task<?> task = spawned(frame, operation);
    if (task != null) {
      awaiting(frame, "await " + task.name(), task::await);
    }
  }

  private void shield(Frame frame, JsonNode operation) throws Throwable {
    Task<?> task = spawned(frame, operation);
    if (task != null) {
      awaiting(frame, "shield " + task.name(), () -> Async.shield(task).await());
    }
  }

  private void awaitInTimeout(Frame frame, JsonNode operation) throws Throwable {
    Task<?> task = spawned(frame, operation);
    if (task != null) {
      Duration duration = duration(operation, 2);
      awaiting(frame, "wait_for " + task.name(), () -> Timeout.call(duration, scope -> (Object) task.await()));
    }
  }

  private void waitForTask(Frame frame, JsonNode operation) throws Throwable {
    Task<?> task = spawned(frame, operation);
    if (task != null) {
      awaiting(frame, "wf " + task.name(), () -> Async.waitFor(duration(operation, 2), task));
    }
  }

  private void waitForShielded(Frame frame, JsonNode operation) throws Throwable {
    Task<?> task = spawned(frame, operation);
    if (task != null) {
      awaiting(frame, "wfs " + task.name(), () -> Async.waitFor(duration(operation, 2), Async.shield(task)));
    }
  }

  private void waitForFuture(Frame frame, JsonNode operation) throws Throwable {
    awaiting(frame, "wff " + text(operation, 1), () -> Async.waitFor(duration(operation, 2), future(operation)));
  }

  private void waitForProgram(Frame frame, JsonNode operation) throws Throwable {
    Coroutine<@Nullable Object, Throwable> program = subprogram(frame.who, text(operation, 1));
    awaiting(frame, "wfp", () -> Async.waitFor(duration(operation, 2), program));
  }

  /** The operations of a program, in the calling task, but with groups and timeouts of their own; they trace as {@code who}. */
  private Coroutine<@Nullable Object, Throwable> subprogram(String who, String name) {
    return () -> body(new Frame(who), scenario.programs().path(name)).value();
  }

  private void stagger(Frame frame, JsonNode operation) throws Throwable {
    List<Coroutine<@Nullable Object, Throwable>> contestants = new ArrayList<>();
    operation.path(1).forEach(name -> contestants.add(subprogram(frame.who + "." + name.asText(), name.asText())));
    awaiting(frame, "stagger", () -> {
      Async.Staggered<@Nullable Object> race = Async.raceStaggered(duration(operation, 2), contestants);
      return trace.show(race.winner()) + " at " + race.winnerIndex() + " of " + trace.show(race.exceptions());
    });
  }

  private void cancelSelf(Frame frame, JsonNode operation) {
    Async.currentTask().cancel();
    trace.add(frame.who, "self cancel");
  }

  private void cancelLater(Frame frame, JsonNode operation) {
    later(operation, () -> {
      Task<?> task = tasks.get(text(operation, 2));
      if (task != null) {
        trace.add(Trace.NOBODY, "later_cancel " + task.name() + " -> " + task.cancel());
      }
    });
  }

  /** Has a callback called after the operation's time; soon if that is none. */
  private void later(JsonNode operation, Runnable callback) {
    Duration delay = duration(operation, 1);
    if (delay.isZero()) {
      loop.callSoon(callback);
    } else {
      loop.callLater(delay, callback);
    }
  }

  private void cancel(Frame frame, JsonNode operation) {
    Task<?> task = spawned(frame, operation);
    if (task != null) {
      boolean accepted = task.cancel(textOrNull(operation, 2));
      trace.add(frame.who, "cancel " + task.name() + " -> " + accepted);
    }
  }

  private void uncancel(Frame frame, JsonNode operation) {
    trace.add(frame.who, "uncancel -> " + Async.currentTask().uncancel());
  }

  private void cancelling(Frame frame, JsonNode operation) {
    Task<?> task = spawned(frame, operation);
    if (task != null) {
      trace.add(frame.who, "cancelling " + task.name() + " -> " + task.cancelling());
    }
  }

  private void state(Frame frame, JsonNode operation) {
    Task<?> task = spawned(frame, operation);
    if (task != null) {
      trace.add(frame.who, "state " + task.name() + " -> " + stateOf(task));
    }
  }

  private String stateOf(Task<?> task) {
    if (!task.isDone()) {
      return "pending";
    }
    if (task.isCancelled()) {
      return "cancelled";
    }
    Throwable exception = task.exception();
    return trace.show(exception == null ? task.result() : exception);
  }

  private void addCallback(Frame frame, JsonNode operation) {
    Task<?> task = spawned(frame, operation);
    if (task != null) {
      String line = "done " + task.name() + " " + text(operation, 2);
      task.addDoneCallback(done -> trace.add(Trace.NOBODY, line));
    }
  }

  private void gather(Frame frame, JsonNode operation) throws Throwable {
    List<Task<?>> children = allSpawned(frame, operation);
    boolean returnExceptions = operation.path(2).asBoolean();
    awaiting(frame, "gather",
        () -> returnExceptions ? gatherOutcomes(children) : Async.<@Nullable Object, RuntimeException>gather(children));
  }

  /** As asyncio's gather returns them: exceptions among the values, a cancellation with a message, if only an empty one. */
  @SuppressWarnings("unchecked") // a task is only read from, so a task of anything is one of Object
  private static List<@Nullable Object> gatherOutcomes(List<Task<?>> children) {
    List<@Nullable Object> results = new ArrayList<>();
    for (Outcome<@Nullable Object> outcome : Async.gatherOutcomes((List<Task<@Nullable Object>>) (List<?>) children)) {
      results.add(switch (outcome) {
        case Outcome.Success<@Nullable Object> success -> success.value();
        case Outcome.Failure<@Nullable Object> failure -> failure.exception();
        case Outcome.Cancelled<@Nullable Object> cancelled ->
          cancelled.error().reason() == null ? new CancelledError("") : cancelled.error();
      });
    }
    return results;
  }

  private void waitForSeveral(Frame frame, JsonNode operation) {
    List<Task<?>> awaited = allSpawned(frame, operation);
    if (awaited.isEmpty()) {
      return;
    }
    Duration duration = duration(operation, 2);
    String when = text(operation, 3);
    Async.Waited<Task<?>> waited = switch (when) {
      case "ALL" -> Async.awaitAll(duration, awaited);
      case "FIRST" -> Async.awaitAny(duration, awaited);
      case "EXCEPTION" -> Async.awaitFirstFailure(duration, awaited);
      default -> throw new UnsupportedOperationException("wait until " + when + " (expected ALL, FIRST or EXCEPTION)");
    };
    trace.add(frame.who, "wait -> done=" + sortedNames(waited.done()) + " pending=" + sortedNames(waited.pending()));
  }

  private String sortedNames(Collection<Task<?>> found) {
    return trace.show(found.stream().map(Task::name).sorted().toList());
  }

  private void asCompleted(Frame frame, JsonNode operation) {
    List<Task<?>> awaited = allSpawned(frame, operation);
    Map<Long, List<String>> arrived = new LinkedHashMap<>();
    try {
      for (Task<?> done : Async.asCompleted(duration(operation, 2), awaited)) {
        String outcome;
        try {
          outcome = trace.show(done.result());
        } catch (ApplicationException error) {
          outcome = trace.show(error);
        }
        arrived.computeIfAbsent(nowMillis(), instant -> new ArrayList<>()).add(outcome);
      }
    } catch (DeadlineExceededException timeout) { // that of the iteration, or that of a task: asyncio's loop ends at either
      arrived.computeIfAbsent(nowMillis(), instant -> new ArrayList<>()).add(trace.show(timeout));
    }
    String outcomes = arrived.entrySet()
        .stream()
        .map(entry -> entry.getKey() + ":" + trace.show(entry.getValue().stream().sorted().toList()))
        .collect(Collectors.joining(" "));
    trace.add(frame.who, "as_completed -> " + outcomes);
  }

  // --- timeouts and groups ---

  private Flow timeout(Frame frame, JsonNode operation) throws Throwable {
    Timeout[] entered = new Timeout[1];
    Flow flow = Timeout.call(duration(operation, 1), scope -> {
      entered[0] = scope;
      frame.timeouts.push(scope);
      try {
        return body(frame, operation.path(2));
      } finally {
        frame.timeouts.pop();
      }
    });
    trace.add(frame.who, "timeout -> expired=" + entered[0].expired());
    return flow;
  }

  private void reschedule(Frame frame, JsonNode operation) {
    Timeout timeout = frame.timeouts.peek();
    if (timeout != null) {
      try {
        timeout.reschedule(duration(operation, 1));
      } catch (IllegalStateException inactive) {
        trace.add(frame.who, "reschedule ?");
      }
    }
  }

  /** Runs operations in a task group, which has a name if one is given. */
  private Flow group(Frame frame, @Nullable String name, JsonNode operations) {
    Flow flow = TaskGroup.call(group -> {
      if (name != null) {
        groups.put(name, group);
      }
      frame.groups.push(group);
      try {
        return body(frame, operations);
      } finally {
        frame.groups.pop();
      }
    });
    trace.add(frame.who, name == null ? "group -> done" : "ngroup " + name + " -> done");
    return flow == null ? Flow.GOES_ON : flow; // null: the group was cancelled
  }

  private void spawnInGroup(Frame frame, JsonNode operation, boolean eagerly) {
    TaskGroup group = frame.groups.peek();
    if (group != null) {
      spawnIn(group, text(operation, 1), text(operation, 2), eagerly);
    }
  }

  private void spawnIn(TaskGroup group, String name, String program, boolean eagerly) {
    tasks.put(name, group.createTask(options(name, eagerly), () -> program(name, program)));
  }

  private void spawnInNamedGroup(Frame frame, JsonNode operation) {
    String name = text(operation, 1);
    TaskGroup group = groups.get(name);
    if (group == null) {
      trace.add(frame.who, "gin " + name + " ?");
      return;
    }
    try {
      spawnIn(group, text(operation, 2), text(operation, 3), false);
    } catch (IllegalStateException refused) {
      trace.add(frame.who, "gin " + name + " refused");
      return;
    }
    trace.add(frame.who, "gin " + name);
  }

  private void cancelGroup(Frame frame, JsonNode operation) {
    String name = text(operation, 1);
    if (!cancelGroup(frame.who, name)) {
      trace.add(frame.who, "gcancel " + name + " ?");
    }
  }

  private void cancelGroupLater(Frame frame, JsonNode operation) {
    later(operation, () -> cancelGroup(Trace.NOBODY, text(operation, 2)));
  }

  /** Cancels a group, and traces it; false if there is none of that name yet. */
  private boolean cancelGroup(String who, String name) {
    TaskGroup group = groups.get(name);
    if (group == null) {
      return false;
    }
    group.cancel();
    trace.add(who, "gcancel " + name);
    return true;
  }

  // --- callbacks and context ---

  private void callSoon(Frame frame, JsonNode operation) {
    String line = "callback " + text(operation, 1);
    loop.callSoon(() -> trace.add(Trace.NOBODY, line));
  }

  private void callLater(Frame frame, JsonNode operation) {
    String line = "callback " + text(operation, 2);
    loop.callLater(duration(operation, 1), () -> trace.add(Trace.NOBODY, line));
  }

  private ContextVar<String> variable(JsonNode operation) {
    return variables.computeIfAbsent(text(operation, 1), name -> ContextVar.withDefault(name, "unset"));
  }

  private void setVariable(Frame frame, JsonNode operation) {
    variable(operation).set(text(operation, 2));
  }

  private void getVariable(Frame frame, JsonNode operation) {
    traceVariable(frame.who, variable(operation));
  }

  private void getVariableInCallback(Frame frame, JsonNode operation) {
    ContextVar<String> variable = variable(operation);
    loop.callSoon(() -> traceVariable(Trace.NOBODY, variable));
  }

  private void traceVariable(String who, ContextVar<String> variable) {
    trace.add(who, "ctx " + variable.name() + " -> " + variable.get());
  }

  // --- futures and synchronisation ---

  private CompletableAsyncFuture<@Nullable Object> future(JsonNode operation) {
    return future(operation, 1);
  }

  @SuppressWarnings("unchecked") // the names of futures begin with F, those of nothing else do
  private CompletableAsyncFuture<@Nullable Object> future(JsonNode operation, int index) {
    return (CompletableAsyncFuture<@Nullable Object>) objects.computeIfAbsent(text(operation, index),
        name -> loop.createFuture());
  }

  private void awaitFuture(Frame frame, JsonNode operation) throws Throwable {
    awaiting(frame, "future " + text(operation, 1), future(operation)::await);
  }

  private void setFuture(Frame frame, JsonNode operation) {
    future(operation).setResult(value(operation, 2));
  }

  private void failFuture(Frame frame, JsonNode operation) {
    future(operation).setException(ApplicationException.ofKind(text(operation, 2)));
  }

  private void cancelFuture(Frame frame, JsonNode operation) {
    trace.add(frame.who, "future_cancel " + text(operation, 1) + " -> " + future(operation).cancel());
  }

  private AsyncSemaphore semaphore(String name) {
    return (AsyncSemaphore) objects.computeIfAbsent(name, made -> new AsyncSemaphore(size(made)));
  }

  private AsyncLock lock(String name) {
    return (AsyncLock) objects.computeIfAbsent(name, made -> new AsyncLock());
  }

  private AsyncCondition condition(String name) {
    return (AsyncCondition) objects.computeIfAbsent(name, made -> new AsyncCondition());
  }

  private AsyncEvent event(String name) {
    return (AsyncEvent) objects.computeIfAbsent(name, made -> new AsyncEvent());
  }

  private AsyncBarrier barrier(String name) {
    return (AsyncBarrier) objects.computeIfAbsent(name, made -> new AsyncBarrier(size(made)));
  }

  @SuppressWarnings("unchecked") // only numbers are put
  private AsyncQueue<Integer> queue(String name) {
    return (AsyncQueue<Integer>) objects.computeIfAbsent(name, made -> switch (made.charAt(0)) {
      case 'P' -> new AsyncPriorityQueue<>(capacity(made), Comparator.<Integer>naturalOrder());
      case 'I' -> new AsyncLifoQueue<Integer>(capacity(made));
      default -> new AsyncQueue<Integer>(capacity(made));
    });
  }

  private int capacity(String name) {
    return size(name) == 0 ? Integer.MAX_VALUE : size(name);
  }

  private void awaitCondition(Frame frame, JsonNode operation) {
    String name = text(operation, 1);
    AsyncCondition condition = condition(name);
    condition.with(() -> {
      condition.await();
      trace.add(frame.who, "notified " + name);
    });
  }

  private void awaitConditionUntil(Frame frame, JsonNode operation) {
    String name = text(operation, 1);
    AsyncCondition condition = condition(name);
    AsyncFuture<?> future = future(operation, 2);
    condition.with(() -> {
      condition.awaitUntil(future::isDone);
      trace.add(frame.who, "until " + name);
    });
  }

  private void signal(AsyncCondition condition, int count) {
    condition.with(() -> condition.signal(count));
  }

  private void awaitEvent(Frame frame, JsonNode operation) {
    event(text(operation, 1)).await();
    trace.add(frame.who, "event " + text(operation, 1));
  }

  private void put(Frame frame, JsonNode operation) {
    queue(text(operation, 1)).put(operation.path(2).asInt());
    trace.add(frame.who, "put " + text(operation, 1) + " " + text(operation, 2));
  }

  /** Waits for a queue and traces the outcome; that the queue is shut down does not end the program, all else does. */
  private void queued(Frame frame, String label, Coroutine<? extends @Nullable Object, ?> wait) throws Throwable {
    try {
      awaiting(frame, label, wait);
    } catch (QueueShutDownException shutDown) {
      // Traced, and not the program's end.
    }
  }

  private void putOrShutDown(Frame frame, JsonNode operation) throws Throwable {
    AsyncQueue<Integer> queue = queue(text(operation, 1));
    VoidCoroutine<RuntimeException> put = () -> queue.put(operation.path(2).asInt());
    queued(frame, "qput " + text(operation, 1) + " " + text(operation, 2), put.returningNull());
  }

  private void join(Frame frame, JsonNode operation) throws Throwable {
    VoidCoroutine<RuntimeException> join = queue(text(operation, 1))::join;
    queued(frame, "qjoin " + text(operation, 1), join.returningNull());
  }

  private void getNow(Frame frame, JsonNode operation) {
    Object outcome;
    try {
      outcome = queue(text(operation, 1)).getNoWait();
    } catch (QueueShutDownException | QueueEmptyException nothing) {
      outcome = nothing;
    }
    trace.add(frame.who, "qnow " + text(operation, 1) + " -> " + trace.show(outcome));
  }

  private void putNow(Frame frame, JsonNode operation) {
    String outcome = " " + text(operation, 2);
    try {
      queue(text(operation, 1)).putNoWait(operation.path(2).asInt());
    } catch (QueueShutDownException | QueueFullException refused) {
      outcome = " -> " + trace.show(refused);
    }
    trace.add(frame.who, "qputnow " + text(operation, 1) + outcome);
  }

  private void taskDone(Frame frame, JsonNode operation) {
    String outcome = "";
    try {
      queue(text(operation, 1)).taskDone();
    } catch (IllegalStateException tooOften) {
      outcome = " -> !too_often";
    }
    trace.add(frame.who, "qdone " + text(operation, 1) + outcome);
  }

  private void shutDown(Frame frame, JsonNode operation) {
    AsyncQueue<Integer> queue = queue(text(operation, 1));
    if (operation.path(2).asBoolean()) {
      queue.shutdownNow();
    } else {
      queue.shutdown();
    }
    trace.add(frame.who, "qshut " + text(operation, 1));
  }

  private void abortBarrier(Frame frame, JsonNode operation) {
    barrier(text(operation, 1)).abort();
    trace.add(frame.who, "babort " + text(operation, 1));
  }

  private void resetBarrier(Frame frame, JsonNode operation) {
    barrier(text(operation, 1)).reset();
    trace.add(frame.who, "breset " + text(operation, 1));
  }

  private int size(String name) {
    return scenario.sizes().path(name).asInt();
  }

  /** What runs code while it holds something. */
  @FunctionalInterface
  private interface Guard {
    Flow with(Coroutine<Flow, Throwable> body) throws Throwable;
  }

  private Flow holding(Frame frame, JsonNode operation, Guard guard) throws Throwable {
    String name = text(operation, 1);
    Flow flow = guard.with(() -> {
      trace.add(frame.who, "acquired " + name);
      return body(frame, operation.path(2));
    });
    trace.add(frame.who, "released " + name);
    return flow;
  }

  // --- arguments ---

  private static String text(JsonNode operation, int index) {
    return operation.path(index).asText();
  }

  private static @Nullable String textOrNull(JsonNode operation, int index) {
    JsonNode argument = operation.path(index);
    return argument.isNull() ? null : argument.asText();
  }

  private static @Nullable Object value(JsonNode operation, int index) {
    JsonNode argument = operation.path(index);
    return argument.isInt() ? (Object) argument.intValue() : textOrNull(operation, index);
  }

  private static Duration duration(JsonNode operation, int index) {
    JsonNode millis = operation.path(index);
    return millis.isNull() ? FOREVER : Duration.ofMillis(millis.asLong());
  }

  private long nowMillis() {
    return loop.time() / 1_000_000;
  }
}
