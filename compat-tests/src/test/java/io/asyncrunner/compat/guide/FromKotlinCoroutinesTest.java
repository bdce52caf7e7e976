package io.asyncrunner.compat.guide;

import static io.asyncrunner.compat.guide.Sample.fail;
import static io.asyncrunner.compat.guide.Sample.fetch;
import static io.asyncrunner.compat.guide.Sample.hang;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The snippets of {@code docs/guide/from-kotlin-coroutines.md}, and what it says about cancellation and failures. */
class FromKotlinCoroutinesTest {
  private final List<String> log = new ArrayList<>();

  // @start region=kotlin-scope
  static String load(String id) {
    return TaskGroup.call(group -> {
      Task<String> user = group.createTask(() -> fetch("user " + id));
      Task<String> order = group.createTask(() -> fetch("order " + id));
      return user.await() + ", " + order.await();
    });
  }
  // @end

  // @start region=kotlin-timeout
  static String fetchOrNone(String name) {
    try {
      return Async.timeout(Duration.ofSeconds(1), () -> fetch(name));
    } catch (DeadlineExceededException late) {
      return "none";
    }
  }
  // @end

  // @start region=kotlin-clean-up
  static String withConnection(List<String> log) {
    try {
      return hang();
    } finally {
      log.add(fetch("connection closed")); // waits, and is not cancelled again
    }
  }
  // @end

  @ParameterizedTest
  @EnumSource
  void translations_doWhatTheOriginalsDo(FiberKind kind) {
    kind.run(() -> {
      assertThat(load("7")).isEqualTo("USER 7, ORDER 7");
      assertThat(fetchOrNone("a")).isEqualTo("A");
      Task<String> task = Async.createTask(() -> withConnection(log));
      Async.sleep(Duration.ZERO);
      task.cancel();
      Async.awaitAll(List.of(task));
      assertThat(task.isCancelled()).isTrue();
      // @start region=kotlin-map
      List<String> pages = Async.mapConcurrently(List.of("a", "b", "c"), 2, name -> fetch(name));
      // @end
      assertThat(pages).containsExactly("A", "B", "C");
    });
    assertThat(log).containsExactly("CONNECTION CLOSED");
  }

  @ParameterizedTest
  @EnumSource
  void catchOfException_letsACancellationPass(FiberKind kind) {
    kind.run(() -> {
      Task<String> task = Async.createTask(() -> {
        try {
          return hang();
        } catch (Exception unrelated) {
          return "swallowed";
        }
      });
      Async.sleep(Duration.ZERO);
      task.cancel();
      Async.awaitAll(List.of(task));
      assertThat(task.isCancelled()).isTrue();
    });
  }

  @ParameterizedTest
  @EnumSource
  void swallowedCancellation_isNotRepeated(FiberKind kind) {
    kind.run(() -> {
      Task<String> task = Async.createTask(() -> {
        try {
          return hang();
        } catch (CancelledError cancelled) {
          return fetch("goes on");
        }
      });
      Async.sleep(Duration.ZERO);
      task.cancel();
      assertThat(task.await()).isEqualTo("GOES ON");
    });
  }

  @ParameterizedTest
  @EnumSource
  void failure_thatTheBodyHandles_failsItsGroupAllTheSame(FiberKind kind) {
    kind.run(() -> assertThatThrownBy(() -> TaskGroup.run(group -> {
      Task<String> task = group.createTask(() -> fail("a"));
      Async.awaitAll(List.of(task));
      log.add("body goes on");
    })).isInstanceOfSatisfying(ExceptionGroup.class,
        group -> assertThat(group.exceptions()).hasExactlyElementsOfTypes(IOException.class)));
  }

  @ParameterizedTest
  @EnumSource
  void cancellation_ofAChild_doesNotEndItsGroup(FiberKind kind) {
    kind.run(() -> {
      String result = TaskGroup.call(group -> {
        Task<String> child = group.createTask(() -> hang());
        child.cancel();
        Async.awaitAll(List.of(child));
        return fetch("fine");
      });
      assertThat(result).isEqualTo("FINE");
    });
  }

  @ParameterizedTest
  @EnumSource
  void timeout_inAChild_isAFailureLikeAnyOther(FiberKind kind) {
    kind.run(() -> assertThatThrownBy(
        () -> TaskGroup.run(group -> {
          group.createTask(() -> Async.timeout(Duration.ofMillis(1), () -> hang()));
        })).isInstanceOfSatisfying(ExceptionGroup.class,
            group -> assertThat(group.exceptions()).hasExactlyElementsOfTypes(DeadlineExceededException.class)));
  }
}
