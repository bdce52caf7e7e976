package io.asyncrunner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.ContextPropagator;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.spi.LoopEngine;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What code runs in: context class loader, propagated values and {@code ContextVar}s come from the code that gave it away. */
public abstract class SurroundingsContract extends Contract {
  private static final ClassLoader LOADER = new URLClassLoader("ours", new URL[0],
      SurroundingsContract.class.getClassLoader());
  private static final ThreadLocal<@Nullable String> PROPAGATED = new ThreadLocal<>();
  private static final InheritableThreadLocal<@Nullable String> INHERITABLE = new InheritableThreadLocal<>();
  private static final ContextVar<String> VARIABLE = ContextVar.withDefault("variable", "none");

  private static final ContextPropagator PROPAGATOR = () -> {
    String captured = PROPAGATED.get();
    return new ContextPropagator.Snapshot() {
      @Override
      public <T extends @Nullable Object, X extends Throwable> T run(Coroutine<T, X> body)
          throws X, InterruptedException {
        String before = PROPAGATED.get();
        PROPAGATED.set(captured);
        try {
          return body.run();
        } finally {
          PROPAGATED.set(before);
        }
      }
    };
  };

  /** One of the things that surround code. */
  enum Aspect {
    CLASS_LOADER {
      @Override
      void with(Runnable body) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(LOADER);
        try {
          body.run();
        } finally {
          thread.setContextClassLoader(before);
        }
      }

      @Override
      Object read() {
        return Thread.currentThread().getContextClassLoader();
      }
    },
    PROPAGATED_VALUE {
      @Override
      void with(Runnable body) {
        PROPAGATED.set("ours");
        try {
          body.run();
        } finally {
          PROPAGATED.remove();
        }
      }

      @Override
      Object read() {
        return String.valueOf(PROPAGATED.get());
      }
    },
    CONTEXT_VARIABLE {
      @Override
      void with(Runnable body) {
        ContextVar.Token token = VARIABLE.set("ours");
        try {
          body.run();
        } finally {
          VARIABLE.reset(token);
        }
      }

      @Override
      Object read() {
        return VARIABLE.get();
      }
    };

    /** What is set while {@link #with} runs a body. */
    Object ours() {
      return this == CLASS_LOADER ? LOADER : "ours";
    }

    abstract void with(Runnable body);

    abstract Object read();
  }

  /** Ways in which code is given away; in a task of the loop. */
  enum Way {
    TASK {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        aspect.with(() -> loop.createTask(code::run));
      }
    },
    CHILD_OF_A_GROUP {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        aspect.with(() -> TaskGroup.run(group -> {
          group.createTask(code::run);
        }));
      }
    },
    CALL_SOON {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        aspect.with(() -> loop.callSoon(code));
      }
    },
    CALL_SOON_THREADSAFE {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        aspect.with(() -> loop.callSoonThreadsafe(code));
      }
    },
    CALL_SOON_THREADSAFE_ON_ANOTHER_THREAD {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        awaitOnAnotherThread(() -> {
          aspect.with(() -> loop.callSoonThreadsafe(code));
          return null;
        });
      }
    },
    EXECUTE_ON_ANOTHER_THREAD {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        awaitOnAnotherThread(() -> {
          aspect.with(() -> loop.execute(code));
          return null;
        });
      }
    },
    CALL_LATER {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        aspect.with(() -> loop.callLater(Duration.ofNanos(1), code));
      }
    },
    CALL_AT {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        aspect.with(() -> loop.callAt(loop.time(), code));
      }
    },
    DONE_CALLBACK {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        CompletableAsyncFuture<String> future = loop.createFuture();
        aspect.with(() -> future.addDoneCallback(done -> code.run()));
        future.setResult("done");
      }
    },
    DONE_CALLBACK_OF_WHAT_IS_DONE {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        CompletableAsyncFuture<String> future = loop.createFuture();
        future.setResult("done");
        aspect.with(() -> future.addDoneCallback(done -> code.run()));
      }
    },
    TO_THREAD {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        aspect.with(() -> Async.toThread(code::run));
      }
    },
    CALL_THREADSAFE_ON_ANOTHER_THREAD {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        awaitOnAnotherThread(() -> {
          aspect.with(() -> {
            CompletableFuture<?> unused = Async.callThreadsafe(loop, code::run);
          });
          return null;
        });
      }
    },
    GENERATOR {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        AsyncGenerator<String> generator = Async.generator(out -> {
          code.run();
          out.yield("value");
        });
        aspect.with(() -> assertThat(generator.hasNext()).isTrue());
        generator.close();
      }
    },
    CANCELLABLE {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        aspect.with(() -> Async.cancellable(code::run, () -> {}));
      }
    },
    HANDLER_OF_A_FAILED_CALLBACK {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        loop.setExceptionHandler((of, context) -> code.run());
        aspect.with(() -> loop.callSoon(Way::fail));
      }
    },
    HANDLER_OF_A_FAILED_TIMER {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        loop.setExceptionHandler((of, context) -> code.run());
        aspect.with(() -> loop.callLater(Duration.ofNanos(1), Way::fail));
      }
    },
    HANDLER_OF_A_FAILED_DONE_CALLBACK {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        loop.setExceptionHandler((of, context) -> code.run());
        CompletableAsyncFuture<String> future = loop.createFuture();
        aspect.with(() -> future.addDoneCallback(done -> fail()));
        future.setResult("done");
      }
    },
    THREAD_OF_THE_LOOPS_FACTORY {
      @Override
      void give(EventLoop loop, Aspect aspect, Runnable code) {
        assumeTrue(loop.toString().contains("confined"), "only confined loops have such threads");
        List<Thread> made = new ArrayList<>();
        aspect.with(() -> made.add(loop.threadFactory().newThread(code)));
        made.get(0).start();
      }
    };

    /** Has {@code code} called on behalf of the caller, whom {@code aspect} surrounds. */
    abstract void give(EventLoop loop, Aspect aspect, Runnable code);

    private static void fail() {
      throw new IllegalStateException("for the handler");
    }
  }

  static Stream<Arguments> cases() {
    return Arrays.stream(Way.values())
        .flatMap(way -> Arrays.stream(Aspect.values()).map(aspect -> Arguments.of(way, aspect)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void surroundings_ofWhoeverGivesCodeAway_areThoseInWhichItRuns(Way way, Aspect aspect) {
    try (Runner runner = builder().propagate(PROPAGATOR).build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        Object outside = aspect.read();
        assertThat(outside).isNotEqualTo(aspect.ours());
        CompletableFuture<Object> seen = new CompletableFuture<>();
        way.give(loop, aspect, () -> seen.complete(aspect.read()));
        assertThat(Async.await(seen)).isEqualTo(aspect.ours());
        // And nothing of it is left: not here, nor where callbacks run.
        assertThat(aspect.read()).isEqualTo(outside);
        CompletableFuture<Object> after = new CompletableFuture<>();
        loop.callSoon(() -> after.complete(aspect.read()));
        assertThat(Async.await(after)).isEqualTo(outside);
        assertThat(Async.<Object, RuntimeException>toThread(aspect::read)).isEqualTo(outside);
      });
    }
  }

  @ParameterizedTest
  @EnumSource(Aspect.class)
  void exceptionHandler_ofATaskThatNobodyAwaited_runsInItsSurroundings(Aspect aspect) {
    List<Object> seen = new ArrayList<>();
    try (Runner runner = builder().propagate(PROPAGATOR).build()) {
      runner.loop().setExceptionHandler((loop, context) -> seen.add(aspect.read()));
      Task<?>[] kept = new Task<?>[1]; // until the loop closes
      runner.run(() -> {
        aspect.with(() -> kept[0] = Async.createTask(() -> {
          throw new IllegalStateException("nobody hears of");
        }));
        letOthersRun();
      });
    }
    assertThat(seen).containsExactly(aspect.ours());
  }

  @Test
  void exceptionHandler_calledByHand_runsInTheContextOfTheTaskThatItIsToldOf() {
    List<String> seen = new ArrayList<>();
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        loop.setExceptionHandler((of, context) -> seen.add(VARIABLE.get()));
        Task<?> task = Async.createTask(() -> {
          VARIABLE.set("the task's");
        });
        task.await();
        loop.callExceptionHandler(new io.asyncrunner.ExceptionContext("of a task", new Error("told"), task, null));
      });
    }
    assertThat(seen).containsExactly("the task's");
  }

  @Test
  void toThreadAndCallbacks_ofCodeWithInheritableThreadLocals_doNotInheritThem() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        INHERITABLE.set("the task's");
        assertThat(Async.<String, RuntimeException>toThread(INHERITABLE::get)).isNull();
        assertThat(Contract.<String>awaitInCallback(INHERITABLE::get)).isNull();
      });
    }
  }

  @Test
  void classLoader_thatACallbackSets_isNotKept() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        ClassLoader usual = Thread.currentThread().getContextClassLoader();
        List<Thread> threads = new ArrayList<>();
        List<ClassLoader> seen = new ArrayList<>();
        loop.callSoon(() -> {
          threads.add(Thread.currentThread());
          Thread.currentThread().setContextClassLoader(LOADER);
        });
        loop.callSoon(() -> seen.add(Thread.currentThread().getContextClassLoader()));
        Aspect.CLASS_LOADER.with(() -> loop.callSoon(() -> threads.add(Thread.currentThread())));
        letOthersRun();
        assertThat(seen).containsExactly(usual);
        assertThat(threads).hasSize(2).allMatch(thread -> thread.getContextClassLoader() != LOADER);
      });
    }
  }

  @Test
  void classLoader_thatCodeOnAThreadSets_isNotKept() {
    try (Runner runner = newRunner()) {
      runner.run(() -> {
        Thread thread = Async.toThread(() -> {
          Thread.currentThread().setContextClassLoader(LOADER);
          return Thread.currentThread();
        });
        assertThat(thread.getContextClassLoader()).isNotSameAs(LOADER);
      });
    }
  }

  // --- generators ---

  @Test
  void generator_askedByOthers_keepsThePropagatedValuesOfWhoAskedFirst() {
    try (Runner runner = builder().propagate(PROPAGATOR).build()) {
      runner.run(() -> {
        AsyncGenerator<String> generator = Async.generator(out -> {
          for (;;) {
            out.yield(PROPAGATED.get() + " " + VARIABLE.get());
          }
        });
        Aspect.PROPAGATED_VALUE
            .with(() -> Aspect.CONTEXT_VARIABLE.with(() -> assertThat(generator.next()).isEqualTo("ours ours")));
        Task<String> other = Async.createTask(generator::next);
        assertThat(other.await()).isEqualTo("ours none");
        generator.close();
      });
    }
  }

  // --- propagators that fail ---

  /** What is wrong with a propagator. */
  enum Defect {
    THROWS("the propagator's"),
    SKIPS("did not run the body");

    private final String message;

    Defect(String message) {
      this.message = message;
    }

    ContextPropagator propagator() {
      return () -> new ContextPropagator.Snapshot() {
        @Override
        @SuppressWarnings("NullAway") // what is wrong
        public <T extends @Nullable Object, X extends Throwable> T run(Coroutine<T, X> body) {
          if (Defect.this == THROWS) {
            throw new IllegalArgumentException("the propagator's");
          }
          return null;
        }
      };
    }
  }

  @ParameterizedTest
  @EnumSource(Defect.class)
  void propagator_thatFails_failsWhatItIsAroundAndNothingElse(Defect defect) {
    try (Runner runner = newRunner()) {
      LoopEngine loop = LoopEngine.of(runner.loop());
      runner.run(() -> {
        loop.setPropagators(List.of(defect.propagator()));
        List<String> called = new ArrayList<>();
        loop.callSoon(() -> called.add("never"));
        Task<?> task = Async.createTask(() -> called.add("never"));
        assertThatThrownBy(task::await).hasMessageContaining(defect.message);
        assertThatThrownBy(() -> Async.toThread(() -> called.add("never"))).hasMessageContaining(defect.message);
        CompletableFuture<?> result = Async.callThreadsafe(loop, () -> called.add("never"));
        assertThatThrownBy(() -> Async.await(result)).hasMessageContaining(defect.message);
        CompletableAsyncFuture<String> future = loop.createFuture();
        CompletableFuture<String> mirror = future.toCompletableFuture();
        future.setResult("told");
        assertThat(Async.await(mirror)).isEqualTo("told");
        AsyncGenerator<String> generator = Async.generator(out -> called.add("never"));
        assertThatThrownBy(generator::hasNext).hasMessageContaining(defect.message);
        assertThat(called).isEmpty();
        loop.setPropagators(List.of());
      });
    }
    assertThat(reports.take()).as("of the callback")
        .singleElement()
        .satisfies(report -> assertThat(report.exception()).hasMessageContaining(defect.message));
    assertThat(takeLog()).as("of the report's propagator")
        .singleElement()
        .satisfies(event -> assertThat(event.getFormattedMessage()).contains("propagator"));
  }

  @Test
  void propagator_thatCapturesNull_isNamed() {
    try (Runner runner = newRunner()) {
      LoopEngine loop = LoopEngine.of(runner.loop());
      runner.run(() -> {
        loop.setPropagators(List.of(new CapturesNull()));
        List<String> called = new ArrayList<>();
        assertThatThrownBy(() -> loop.callSoon(() -> called.add("never"))).isInstanceOf(NullPointerException.class)
            .hasMessageContaining(CapturesNull.class.getName());
        loop.setPropagators(List.of());
        letOthersRun();
        assertThat(called).isEmpty();
      });
    }
  }

  private static final class CapturesNull implements ContextPropagator {
    @Override
    @SuppressWarnings("NullAway") // what is wrong
    public Snapshot capture() {
      return null;
    }
  }
}
