package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.Awaitable;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.Context;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.ExceptionHandler;
import io.asyncrunner.Handle;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskFactory;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.ThreadOptions;
import io.asyncrunner.Timeout;
import io.asyncrunner.TimerHandle;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.core.PlatformThreadLoops;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Poller;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One object of each type of the API, on a loop that runs; and a way to call any method of them with arguments that are all
 * right. Made in a task.
 */
final class Fixture {
  /** Calls of the coroutine, the callbacks and the bodies that are given as arguments. */
  final AtomicInteger calls = new AtomicInteger();

  final LoopEngine loop = LoopEngine.running();
  final AsyncFuture<String> pending = loop.createFuture();
  final CompletableAsyncFuture<String> done = loop.createFuture();
  final AsyncFuture<String> cancelled = loop.createFuture();
  final Handle handle;
  final TimerHandle timer;
  final Task<String> task; // waits for an hour
  final AsyncLock lock = new AsyncLock();
  final AsyncLock taken = new AsyncLock();
  final AsyncEvent event = new AsyncEvent(); // set
  final AsyncCondition condition = new AsyncCondition();
  final AsyncCondition ofTaken = new AsyncCondition(taken);
  final AsyncSemaphore semaphore = new AsyncSemaphore(1);
  final BoundedAsyncSemaphore bounded = new BoundedAsyncSemaphore(2); // one of two permits is taken
  final AsyncBarrier barrier = new AsyncBarrier(1);
  final AsyncQueue<Object> queue = new AsyncQueue<>(); // of one item; another was taken
  final AsyncQueue<Object> emptyQueue = new AsyncQueue<>();
  final AsyncGenerator<String> generator; // not begun
  final TaskGroup group;
  final Timeout timeout;

  private final Task<?> maker = Async.currentTask();
  private final Map<Class<?>, Object> objects = new LinkedHashMap<>();

  Fixture(Runner runner, ExceptionHandler handler) {
    done.setResult("done");
    cancelled.cancel();
    semaphore.isLocked(); // belongs to the loop from now on
    lock.isLocked();
    taken.acquire();
    condition.with(() -> condition.signal());
    ofTaken.signal();
    event.set();
    bounded.acquire();
    barrier.isBroken();
    emptyQueue.join();
    emptyQueue.isEmpty();
    queue.put("taken");
    queue.put("item");
    queue.get();
    generator = loop.createGenerator(out -> {
      calls.incrementAndGet();
      out.yield("value");
    });
    timer = loop.callLater(Duration.ofHours(1), () -> {});
    handle = loop.callSoon(() -> {});
    task = loop.createTask(() -> {
      Async.sleep(Duration.ofHours(1));
      return "never";
    });
    loop.yieldNow();
    Timeout[] leftTimeout = new Timeout[1];
    Async.timeout(Duration.ofHours(1), (Timeout scope) -> {
      leftTimeout[0] = scope;
    });
    timeout = leftTimeout[0];
    TaskGroup[] leftGroup = new TaskGroup[1];
    TaskGroup.run((TaskGroup entered) -> {
      leftGroup[0] = entered;
    });
    group = leftGroup[0];
    Coroutine<String, RuntimeException> coroutine = () -> {
      calls.incrementAndGet();
      return "returned";
    };
    VoidCoroutine<RuntimeException> voidCoroutine = calls::incrementAndGet;
    ContextVar<String> variable = ContextVar.withDefault("variable", "default");

    put(Runner.class, runner);
    put(EventLoop.class, loop);
    put(LoopEngine.class, loop);
    put(AsyncFuture.class, done);
    put(CompletableAsyncFuture.class, done);
    put(Task.class, task);
    put(Handle.class, handle);
    put(TimerHandle.class, timer);
    put(AsyncLock.class, lock);
    put(AsyncEvent.class, event);
    put(AsyncCondition.class, condition);
    put(AsyncSemaphore.class, semaphore);
    put(BoundedAsyncSemaphore.class, bounded);
    put(AsyncBarrier.class, barrier);
    put(AsyncQueue.class, queue);
    put(AsyncGenerator.class, generator);
    put(ExceptionGroup.class, new ExceptionGroup("an object", List.of(new IllegalStateException())));
    put(Predicate.class, (Predicate<Object>) argument -> calls.incrementAndGet() > 0);
    put(BooleanSupplier.class, (BooleanSupplier) () -> calls.incrementAndGet() > 0);
    put(TaskGroup.class, group);
    put(Timeout.class, timeout);
    put(Runner.Builder.class, Runner.builder());
    put(TaskOptions.class, TaskOptions.DEFAULT);
    put(ThreadOptions.class, ThreadOptions.DEFAULT);
    put(Context.class, new Context());
    put(ContextVar.class, variable);
    put(ContextVar.Token.class, variable.set("set"));
    put(Coroutine.class, coroutine);
    put(VoidCoroutine.class, voidCoroutine);
    put(Runnable.class, (Runnable) calls::incrementAndGet);
    put(Consumer.class, (Consumer<Object>) argument -> calls.incrementAndGet());
    put(BiPredicate.class, (BiPredicate<Object, Object>) (message, source) -> false);
    put(Timeout.Body.class, (Timeout.Body<String, RuntimeException>) scope -> coroutine.run());
    put(Timeout.VoidBody.class, (Timeout.VoidBody<RuntimeException>) scope -> coroutine.run());
    put(TaskGroup.Body.class, (TaskGroup.Body<String>) scope -> coroutine.run());
    put(TaskGroup.VoidBody.class, (TaskGroup.VoidBody) scope -> coroutine.run());
    put(AsyncGenerator.Body.class, (AsyncGenerator.Body<String>) out -> out.yield("value"));
    put(TaskGroup.Starting.class,
        (TaskGroup.Starting<String, RuntimeException>) ready -> ready.accept(coroutine.run()));
    put(Async.Mapper.class, (Async.Mapper<String, String, RuntimeException>) input -> coroutine.run());
    put(Async.Action.class, (Async.Action<String, RuntimeException>) input -> coroutine.run());
    put(Iterable.class, List.of("input"));
    put(Collection.class, List.of(done));
    put(List.class, List.of());
    put(Awaitable[].class, new Awaitable<?, ?>[] {done, coroutine});
    put(VoidCoroutine[].class, new VoidCoroutine<?>[] {voidCoroutine});
    put(Coroutine[].class, new Coroutine<?, ?>[] {coroutine});
    put(CompletionStage.class, CompletableFuture.completedFuture("completed"));
    put(Duration.class, Duration.ofMillis(1));
    put(Throwable.class, new CancelledError("an argument")); // a future that fails with one has nothing to report
    put(CancelledError.Source.class, new CancelledError.Source("the test", null));
    put(ExceptionContext.class, new ExceptionContext("an argument", null));
    put(ExceptionHandler.class, handler);
    put(ThreadOptions.Undelivered.class, (ThreadOptions.Undelivered<Object>) result -> {});
    put(TaskFactory.class, new DelegatingTaskFactory());
    put(ExecutorService.class, Executors.newCachedThreadPool());
    put(EventLoopFactory.class, PlatformThreadLoops.factory());
    put(ContextPropagator[].class, new ContextPropagator[0]);
    put(String[].class, new String[0]);
    put(Poller.class, EventLoops.parkingPoller());
    put(FiberFactory.class, PlatformThreadLoops.fibers());
    put(Ticker.class, Ticker.SYSTEM);
    put(String.class, "text");
    put(Object.class, "object");
    put(Class.class, IllegalArgumentException.class);
    put(long.class, Long.MAX_VALUE);
    put(int.class, 1);
    put(boolean.class, false);
  }

  private void put(Class<?> type, Object object) {
    objects.put(type, object);
  }

  /** What the loop's own factory does. */
  private static final class DelegatingTaskFactory implements TaskFactory {
    @Override
    public <T> Task<T> newTask(EventLoop loop, TaskOptions options, Coroutine<T, ?> coroutine) {
      return loop.newTask(options, coroutine);
    }
  }

  /** Puts a timeout that has not been left in the place of the one that has. */
  void enter(Timeout entered) {
    put(Timeout.class, entered);
  }

  /** The object of a type on which methods are called, or which is given as an argument. */
  Object object(Class<?> type) {
    Object found = objects.get(type);
    assertThat(found).as("an object of %s for the tests to use: add one to Fixture", type).isNotNull();
    return found;
  }

  /** Arguments for a method that are all right. */
  Object[] arguments(Method method) {
    Object[] arguments = Arrays.stream(method.getParameterTypes()).map(this::object).toArray();
    for (int i = 0; i < arguments.length; i++) {
      if (method.getName().startsWith("race") && arguments[i] instanceof List) {
        arguments[i] = List.of(object(Coroutine.class));
      }
    }
    return arguments;
  }

  /** Calls a method; throws what it throws. */
  Object call(Method method, Object... arguments) throws Throwable {
    Object receiver = Modifier.isStatic(method.getModifiers()) ? null : receiver(method);
    try {
      return method.invoke(receiver, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  private static final Set<String> OF_WHAT_IS_DONE = Set.of("AsyncFuture.await", "AsyncFuture.result",
      "AsyncFuture.exception");

  private Object receiver(Method method) {
    return switch (nameOf(method)) {
      case "AsyncFuture.cancellation" -> cancelled;
      case "AsyncLock.release" -> taken;
      case "AsyncCondition.await", "AsyncCondition.signal", "AsyncCondition.signalAll" -> ofTaken;
      case "AsyncQueue.join" -> emptyQueue;
      default -> AsyncFuture.class.isAssignableFrom(method.getDeclaringClass())
          && method.getDeclaringClass() != Task.class && !OF_WHAT_IS_DONE.contains(nameOf(method))
              ? pending
              : object(method.getDeclaringClass());
    };
  }

  /** Asserts that no call has had an effect, which is what is asked of calls that are refused. */
  void assertUnchanged() {
    assertThat(loop.isClosed()).isFalse();
    assertThat(pending.isDone()).isFalse();
    assertThat(task.isDone()).isFalse();
    assertThat(task.cancelling()).isZero();
    assertThat(timer.isCancelled()).isFalse();
    assertThat(semaphore.toString()).contains("permits=1");
    assertThat(lock).hasToString("AsyncLock[unlocked, waiters=0]");
    assertThat(taken).hasToString("AsyncLock[locked, waiters=0]");
    assertThat(event).hasToString("AsyncEvent[set, waiters=0]");
    assertThat(condition).hasToString("AsyncCondition[AsyncLock[unlocked, waiters=0], waiters=0]");
    assertThat(ofTaken).hasToString("AsyncCondition[AsyncLock[locked, waiters=0], waiters=0]");
    assertThat(bounded).hasToString("BoundedAsyncSemaphore[permits=1, waiters=0]");
    assertThat(barrier).hasToString("AsyncBarrier[FILLING, inside=0 of 1]");
    assertThat(queue).hasToString("AsyncQueue[size=1, getters=0, putters=0, unfinished=2]");
    assertThat(generator.isFinished()).isFalse();
    assertThat(loop.allTasks()).as("no task but that of the fixture, and the one that made it")
        .filteredOn(unfinished -> unfinished != task && unfinished != maker)
        .isEmpty();
    assertThat(calls).as("calls of the arguments").hasValue(0);
  }

  // --- methods ---

  /** The public methods that a type declares, in a fixed order. */
  static Stream<Method> methodsOf(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
        .filter(method -> !method.getName().equals("toString"))
        .sorted(Comparator.comparing(Fixture::signatureOf));
  }

  /** For example {@code Task.setName}: overloads have one name. */
  static String nameOf(Method method) {
    return simpleName(method.getDeclaringClass()) + "." + method.getName();
  }

  /** For example {@code Task.setName(String)}. */
  static String signatureOf(Method method) {
    return nameOf(method) + Arrays.stream(method.getParameterTypes())
        .map(Fixture::simpleName)
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String simpleName(Class<?> type) {
    String name = type.getName();
    return type.isMemberClass() ? name.substring(name.lastIndexOf('.') + 1).replace('$', '.') : type.getSimpleName();
  }
}
