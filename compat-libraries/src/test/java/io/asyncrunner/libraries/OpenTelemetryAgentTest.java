package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.io.File;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The agent, from its jar on the class path, in a JVM of its own. It wraps what is given to any executor while a span is current. */
class OpenTelemetryAgentTest {
  private static String agent() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> new File(entry).getName().startsWith("opentelemetry-javaagent"))
        .findAny()
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void run_insideASpan_staysOnItsLoopAndSeesTheSpanWhereItIsCarried(Fibers fibers) throws Exception {
    String output = new ChildJvm("-javaagent:" + agent(), "-Dotel.instrumentation.executors.include-all=true",
        "-Dotel.traces.exporter=none", "-Dotel.metrics.exporter=none", "-Dotel.logs.exporter=none",
        "-Dlibraries.fibers=" + fibers).run(Main.class);
    assertThat(output).contains("all holds");
  }

  /** Carries the current span to where tasks and threads run. */
  private static final class OpenTelemetry implements ContextPropagator {
    @Override
    public Snapshot capture() {
      Context captured = Context.current();
      return new Snapshot() {
        @Override
        public <T, X extends Throwable> T run(Coroutine<T, X> body) throws X, InterruptedException {
          try (Scope scope = captured.makeCurrent()) {
            assertThat(scope).isNotNull();
            return body.run();
          }
        }
      };
    }
  }

  /** Prints "all holds", or throws. */
  static final class Main {
    private static final MethodHandle CARRIER = carrier();
    private static final Set<Thread> carriers = ConcurrentHashMap.newKeySet();

    private Main() {}

    public static void main(String[] args) throws Exception {
      Fibers fibers = Fibers.valueOf(System.getProperty("libraries.fibers"));
      Span outer = GlobalOpenTelemetry.getTracer("test").spanBuilder("outer").startSpan();
      assertThat(outer.getSpanContext().isValid()).as("the agent records spans").isTrue();
      try (Scope scope = outer.makeCurrent();
          Runner runner = fibers.builder().propagate(new OpenTelemetry()).build()) {
        assertThat(scope).isNotNull();
        for (int i = 0; i < 2; i++) {
          runner.run(() -> everything(fibers, outer));
          assertCurrent(outer);
        }
        CompletableFuture<String> submitted = Async.callThreadsafe(runner.loop(), () -> "from outside");
        runner.run(() -> assertThat(Async.await(submitted)).isEqualTo("from outside"));
      }
      if (fibers == Fibers.CONFINED) {
        assertThat(carriers).containsExactly(Thread.currentThread());
      }
      assertThat(Span.current().getSpanContext().isValid()).isFalse();
      System.out.println("all holds");
    }

    private static void everything(Fibers fibers, Span outer) throws Exception {
      assertCurrent(outer);
      ReentrantLock lock = new ReentrantLock();
      int[] inside = {0};
      List<Task<Void>> tasks = IntStream.range(0, 20).mapToObj(i -> Async.createTask(() -> {
        assertCurrent(outer);
        Span own = GlobalOpenTelemetry.getTracer("test").spanBuilder("task " + i).startSpan();
        try (Scope scope = own.makeCurrent()) {
          assertThat(scope).isNotNull();
          for (int turn = 0; turn < 5; turn++) {
            Async.sleep(Duration.ofMillis(1));
            assertCurrent(own);
            fibers.blocking(() -> {
              Thread.sleep(1);
              return null;
            });
            assertCurrent(own);
            assertThat(++inside[0]).isOne();
            inside[0]--;
          }
          if (fibers == Fibers.CONFINED) {
            lock.lock();
            try {
              Async.sleep(Duration.ZERO);
            } finally {
              lock.unlock();
            }
          }
          assertCurrent(own);
          Async.toThread(() -> assertCurrent(own, false));
        } finally {
          own.end();
        }
        assertCurrent(outer);
      })).toList();
      Async.gather(tasks);
      CompletableAsyncFuture<String> called = EventLoop.running().createFuture();
      EventLoop.running().callLater(Duration.ofMillis(1), () -> {
        assertCurrent(outer);
        called.setResult("called");
      });
      called.await();
    }

    private static void assertCurrent(Span span) {
      assertCurrent(span, true);
    }

    private static void assertCurrent(Span span, boolean onTheLoop) {
      assertThat(Span.current().getSpanContext().getSpanId()).isEqualTo(span.getSpanContext().getSpanId());
      if (onTheLoop) {
        try {
          carriers.add((Thread) CARRIER.invokeExact());
        } catch (Throwable impossible) {
          throw new AssertionError(impossible);
        }
      }
    }

    private static MethodHandle carrier() {
      try {
        return MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup())
            .findStatic(Thread.class, "currentCarrierThread", MethodType.methodType(Thread.class));
      } catch (ReflectiveOperationException closed) {
        throw new ExceptionInInitializerError(closed);
      }
    }
  }
}
