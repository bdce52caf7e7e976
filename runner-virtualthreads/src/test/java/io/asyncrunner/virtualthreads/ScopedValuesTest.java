package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scoped values on loops of virtual threads, carried by a propagator and without one. */
@ExtendWith(Watchdog.class)
class ScopedValuesTest {
  private static final ScopedValue<String> USER = ScopedValue.newInstance();
  private static final ScopedValue<Integer> REQUEST = ScopedValue.newInstance();
  private static final ScopedValue<String> NOT_CARRIED = ScopedValue.newInstance();

  static Stream<Named<EventLoopFactory>> factories() {
    return Stream.of(Named.of("confined", VirtualThreadLoops.confined()),
        Named.of("handoff", VirtualThreadLoops.handoff()));
  }

  private static Runner carrying(EventLoopFactory factory) {
    return Runner.builder().loopFactory(factory).propagate(ScopedValues.propagator(USER, REQUEST)).build();
  }

  @ParameterizedTest
  @MethodSource("factories")
  void run_withBoundValues_carriesThemIntoTheCoroutine(EventLoopFactory factory) {
    try (Runner runner = carrying(factory)) {
      ScopedValue.where(USER, "ann").where(REQUEST, 1).run(() -> runner.run(() -> {
        assertThat(USER.get()).isEqualTo("ann");
        assertThat(REQUEST.get()).isEqualTo(1);
        Async.sleep(Duration.ZERO);
        assertThat(USER.get()).isEqualTo("ann");
      }));
      runner.run(() -> assertThat(USER.isBound()).isFalse());
    }
  }

  @ParameterizedTest
  @MethodSource("factories")
  void createTask_withBoundValues_carriesThoseOfItsCreation(EventLoopFactory factory) {
    try (Runner runner = carrying(factory)) {
      runner.run(() -> {
        Task<String> before = Async.createTask(() -> USER.orElse("nobody"));
        List<Task<String>> tasks = new ArrayList<>();
        ScopedValue.where(USER, "ann").run(() -> {
          tasks.add(Async.createTask(ScopedValuesTest::slowUser));
          ScopedValue.where(USER, "bob").run(() -> tasks.add(Async.createTask(ScopedValuesTest::slowUser)));
          tasks.add(Async.createTask(ScopedValuesTest::slowUser));
          tasks.add(EventLoop.running()
              .createTask(TaskOptions.DEFAULT.withEagerStart(true), ScopedValuesTest::slowUser));
        });
        assertThat(Async.gather(tasks)).containsExactly("ann", "bob", "ann", "ann");
        assertThat(before.await()).isEqualTo("nobody");
        assertThat(USER.isBound()).isFalse();
      });
    }
  }

  private static String slowUser() {
    String user = USER.get();
    Async.sleep(Duration.ZERO);
    assertThat(USER.get()).isEqualTo(user);
    // Its own tasks get it too.
    assertThat(Async.createTask(USER::get).await()).isEqualTo(user);
    return user;
  }

  @ParameterizedTest
  @MethodSource("factories")
  void taskGroup_withBoundValues_carriesThem(EventLoopFactory factory) {
    try (Runner runner = carrying(factory)) {
      runner.run(() -> {
        List<String> seen = new ArrayList<>();
        ScopedValue.where(USER, "ann").run(() -> TaskGroup.run(group -> {
          group.createTask(() -> {
            seen.add(slowUser());
          });
        }));
        assertThat(seen).containsExactly("ann");
      });
    }
  }

  @ParameterizedTest
  @MethodSource("factories")
  void toThread_withBoundValues_carriesThem(EventLoopFactory factory) {
    try (Runner runner = carrying(factory)) {
      runner.run(() -> {
        assertThat(ScopedValue.where(USER, "ann").call(() -> Async.<String, RuntimeException>toThread(USER::get)))
            .isEqualTo("ann");
        assertThat(Async.<Boolean, RuntimeException>toThread(USER::isBound)).isFalse();
      });
    }
  }

  @ParameterizedTest
  @MethodSource("factories")
  void callThreadsafe_withBoundValues_carriesThoseOfTheCaller(EventLoopFactory factory) throws Exception {
    try (Runner runner = carrying(factory)) {
      EventLoop loop = runner.loop();
      CompletableFuture<String> fromOutside = ScopedValue.where(USER, "ann")
          .call(() -> Async.callThreadsafe(loop, ScopedValuesTest::slowUser));
      runner.run(() -> Async.await(fromOutside));
      assertThat(fromOutside.get()).isEqualTo("ann");
      String fromAThread = runner.run(() -> Async.await(Async.toThread(() -> ScopedValue.where(USER, "bob")
          .call(() -> Async.callThreadsafe(loop, ScopedValuesTest::slowUser)))));
      assertThat(fromAThread).isEqualTo("bob");
    }
  }

  @ParameterizedTest
  @MethodSource("factories")
  void callbacks_plain_haveThoseOfWhoeverGaveThemToTheLoop(EventLoopFactory factory) {
    try (Runner runner = carrying(factory)) {
      List<String> seen = new ArrayList<>();
      ScopedValue.where(USER, "ann").run(() -> runner.run(() -> {
        EventLoop loop = EventLoop.running();
        loop.callSoon(() -> seen.add("soon " + USER.get()));
        loop.callSoonThreadsafe(() -> seen.add("threadsafe " + USER.get()));
        loop.callLater(Duration.ofNanos(1), () -> seen.add("later " + USER.get()));
        Async.createTask(() -> {}).addDoneCallback(done -> seen.add("done " + USER.get()));
        Async.sleep(Duration.ofMillis(1));
      }));
      assertThat(seen).containsExactlyInAnyOrder("soon ann", "threadsafe ann", "later ann", "done ann");
    }
  }

  @ParameterizedTest
  @MethodSource("factories")
  void propagator_carriesItsOwnValuesOnly(EventLoopFactory factory) {
    try (Runner runner = carrying(factory)) {
      runner.run(() -> ScopedValue.where(USER, "ann").where(NOT_CARRIED, "x").run(() -> {
        Task<Boolean> task = Async.createTask(() -> {
          assertThat(USER.get()).isEqualTo("ann");
          assertThat(REQUEST.isBound()).isFalse();
          assertThatThrownBy(REQUEST::get).isInstanceOf(NoSuchElementException.class);
          return NOT_CARRIED.isBound();
        });
        assertThat(task.await()).isFalse();
        assertThat(NOT_CARRIED.get()).isEqualTo("x");
      }));
    }
  }

  @ParameterizedTest
  @MethodSource("factories")
  void values_withoutAPropagator_stayWhereTheyAre(EventLoopFactory factory) {
    try (Runner runner = Runner.builder().loopFactory(factory).build()) {
      ScopedValue.where(USER, "carrier's").run(() -> runner.run(() -> {
        assertThat(USER.isBound()).isFalse();
        ScopedValue.where(USER, "main's").run(() -> {
          Task<Boolean> other = Async.createTask(USER::isBound);
          assertThat(other.await()).isFalse();
          assertThat(USER.get()).isEqualTo("main's");
          Async.sleep(Duration.ZERO);
          assertThat(USER.get()).isEqualTo("main's");
        });
      }));
    }
  }

  @Test
  void values_boundOnTheCarrier_areNotSeenByTasksAndCallbacksOfAConfinedLoop() {
    List<Boolean> seen = new ArrayList<>();
    ScopedValue.where(USER, "carrier's").run(() -> Confined.run(() -> {
      seen.add(USER.isBound());
      EventLoop.running().callSoon(() -> seen.add(USER.isBound()));
      Async.sleep(Duration.ZERO);
      Async.sleep(Duration.ZERO);
    }));
    assertThat(seen).containsExactly(false, false);
  }

  @ParameterizedTest
  @MethodSource("factories")
  void exceptions_comeOutAsTheyWentIn(EventLoopFactory factory) {
    IOException thrown = new IOException("thrown in a binding");
    try (Runner runner = carrying(factory)) {
      assertThatThrownBy(() -> ScopedValue.where(USER, "ann").call(() -> {
        runner.run(() -> {
          throw thrown;
        });
        return "unreached";
      })).isSameAs(thrown);
    }
  }

  @Test
  void fork_ofTheLoopsThreadFactory_doesNotInheritThem() throws Exception {
    Confined.run(() -> {
      List<Boolean> seen = new ArrayList<>();
      ScopedValue.where(USER, "ann").call(() -> {
        Thread fork = EventLoop.running().threadFactory().newThread(() -> seen.add(USER.isBound()));
        fork.start();
        fork.join();
        return null;
      });
      assertThat(seen).containsExactly(false); // as for any thread
    });
  }
}
