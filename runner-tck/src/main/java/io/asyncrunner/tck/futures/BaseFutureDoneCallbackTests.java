package io.asyncrunner.tck.futures;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import io.asyncrunner.tck.support.Reports;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code BaseFutureDoneCallbackTests} of {@code test_futures.py}. */
public abstract class BaseFutureDoneCallbackTests extends PortedTests {
  private final List<Integer> bag = new ArrayList<>();
  private final Reports reports = new Reports();

  protected BaseFutureDoneCallbackTests(LoopSource source) {
    super(source);
  }

  @BeforeEach
  void keepReports() {
    loop().setExceptionHandler(reports);
  }

  @AfterEach
  void nothingIsReported() {
    assertThat(reports.take()).isEmpty();
  }

  private CompletableAsyncFuture<String> newFuture() {
    return loop().createFuture();
  }

  private Consumer<AsyncFuture<String>> adding(int thing) {
    return done -> bag.add(thing);
  }

  /** Ends it and expects its callbacks, which run in the next iteration and not before. */
  private void assertThatCallbacksAdd(CompletableAsyncFuture<String> future, Integer... things) {
    assertThat(bag).isEmpty();
    future.setResult("foo");
    assertThat(bag).as("within setResult").isEmpty();
    runBriefly(loop());
    assertThat(bag).containsExactly(things);
    assertThat(future.result()).isEqualTo("foo");
  }

  @Test
  @Conformance("test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_first_callback")
  void test_callbacks_remove_first_callback() {
    CompletableAsyncFuture<String> future = newFuture();
    Consumer<AsyncFuture<String>> first = adding(42);
    future.addDoneCallback(first);
    future.addDoneCallback(adding(17));
    future.addDoneCallback(adding(100));

    assertThat(future.removeDoneCallback(first)).isEqualTo(1);
    assertThat(future.removeDoneCallback(first)).isZero();

    assertThatCallbacksAdd(future, 17, 100);
  }

  @Test
  @Conformance("test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_first_and_second_callback")
  void test_callbacks_remove_first_and_second_callback() {
    CompletableAsyncFuture<String> future = newFuture();
    Consumer<AsyncFuture<String>> first = adding(42);
    Consumer<AsyncFuture<String>> second = adding(17);
    future.addDoneCallback(first);
    future.addDoneCallback(second);
    future.addDoneCallback(adding(100));

    assertThat(future.removeDoneCallback(first)).isEqualTo(1);
    assertThat(future.removeDoneCallback(second)).isEqualTo(1);
    assertThat(future.removeDoneCallback(first)).isZero();

    assertThatCallbacksAdd(future, 100);
  }

  @Test
  @Conformance("test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_third_callback")
  void test_callbacks_remove_third_callback() {
    CompletableAsyncFuture<String> future = newFuture();
    Consumer<AsyncFuture<String>> third = adding(100);
    future.addDoneCallback(adding(42));
    future.addDoneCallback(adding(17));
    future.addDoneCallback(third);

    assertThat(future.removeDoneCallback(third)).isEqualTo(1);
    assertThat(future.removeDoneCallback(third)).isZero();

    assertThatCallbacksAdd(future, 42, 17);
  }

  @Test
  @Conformance("test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_result")
  void test_callbacks_invoked_on_set_result() {
    CompletableAsyncFuture<String> future = newFuture();
    future.addDoneCallback(adding(42));
    future.addDoneCallback(adding(17));

    assertThatCallbacksAdd(future, 42, 17);
  }

  @Test
  @Conformance("test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_exception")
  void test_callbacks_invoked_on_set_exception() {
    CompletableAsyncFuture<String> future = newFuture();
    future.addDoneCallback(adding(100));
    assertThat(bag).isEmpty();
    RuntimeException exception = new RuntimeException();

    future.setException(exception);
    assertThat(bag).as("within setException").isEmpty();
    runBriefly(loop());

    assertThat(bag).containsExactly(100);
    assertThat(future.exception()).isSameAs(exception);
  }

  @Test
  @Conformance("test_futures.BaseFutureDoneCallbackTests.test_remove_done_callback")
  void test_remove_done_callback() {
    CompletableAsyncFuture<String> future = newFuture();
    Consumer<AsyncFuture<String>> first = adding(1);
    Consumer<AsyncFuture<String>> second = adding(2);
    Consumer<AsyncFuture<String>> third = adding(3);
    future.addDoneCallback(first);
    future.addDoneCallback(second);

    assertThat(future.removeDoneCallback(second)).isEqualTo(1);
    assertThat(future.removeDoneCallback(third)).isZero();

    future.addDoneCallback(second);
    for (int i = 0; i < 5; i++) {
      future.addDoneCallback(first);
    }
    assertThat(future.removeDoneCallback(first)).isEqualTo(6);

    assertThatCallbacksAdd(future, 2);
  }

  // --- hostile code ---

  /** A callback that runs code when it is compared with another. */
  private static final class Comparing implements Consumer<AsyncFuture<String>> {
    private final Predicate<Object> comparison;

    Comparing(Predicate<Object> comparison) {
      this.comparison = comparison;
    }

    @Override
    public void accept(AsyncFuture<String> done) {
      throw new IllegalStateException("is never added");
    }

    @Override
    public boolean equals(Object other) {
      return comparison.test(other);
    }

    @Override
    public int hashCode() {
      return 0;
    }
  }

  /** A future with a callback that adds 1, and 63 times another. */
  private CompletableAsyncFuture<String> futureWith63(Consumer<AsyncFuture<String>> callback) {
    CompletableAsyncFuture<String> future = newFuture();
    future.addDoneCallback(adding(1));
    for (int i = 0; i < 63; i++) {
      future.addDoneCallback(callback);
    }
    return future;
  }

  @Test
  @Conformance("test_futures.BaseFutureDoneCallbackTests.test_remove_done_callbacks_list_mutation")
  void test_remove_done_callbacks_list_mutation() {
    Consumer<AsyncFuture<String>> repeated = adding(2);
    CompletableAsyncFuture<String> future = futureWith63(repeated);
    List<Integer> removedMeanwhile = new ArrayList<>();

    int removed = future.removeDoneCallback(new Comparing(other -> {
      removedMeanwhile.add(future.removeDoneCallback(repeated));
      return false;
    }));

    assertThat(removed).isZero();
    List<Integer> expected = new ArrayList<>(List.of(63));
    expected.addAll(Collections.nCopies(63, 0));
    assertThat(removedMeanwhile).isEqualTo(expected);
    assertThatCallbacksAdd(future, 1);
  }

  @Test
  @Conformance("test_futures.BaseFutureDoneCallbackTests.test_remove_done_callbacks_list_clear")
  @SuppressWarnings("unchecked") // what is compared is a callback of this future
  void test_remove_done_callbacks_list_clear() {
    CompletableAsyncFuture<String> future = futureWith63(adding(2));

    int removed = future.removeDoneCallback(new Comparing(other -> {
      future.removeDoneCallback((Consumer<AsyncFuture<String>>) other);
      return false;
    }));

    assertThat(removed).isZero();
    assertThatCallbacksAdd(future);
  }

  @Test
  @Conformance("test_futures.BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation_1")
  void test_schedule_callbacks_list_mutation_1() {
    CompletableAsyncFuture<String> future = newFuture();
    Consumer<AsyncFuture<String>> other = adding(2);
    future.addDoneCallback(done -> bag.add(done.removeDoneCallback(other)));
    future.addDoneCallback(other);
    future.addDoneCallback(other);

    assertThatCallbacksAdd(future, 0, 2, 2); // those that are scheduled are no longer there to be removed
  }

  @Test
  @Conformance("test_futures.BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation_2")
  void test_schedule_callbacks_list_mutation_2() {
    CompletableAsyncFuture<String> future = futureWith63(adding(2));
    List<Object> compared = new ArrayList<>();
    Consumer<AsyncFuture<String>> extra = adding(3);

    int removed = future.removeDoneCallback(new Comparing(other -> {
      compared.add(other);
      if (compared.size() < 100) {
        future.addDoneCallback(extra);
      }
      return false;
    }));

    assertThat(removed).isZero();
    assertThat(compared).as("those that were there").hasSize(64);
    List<Integer> expected = new ArrayList<>(List.of(1));
    expected.addAll(Collections.nCopies(63, 2));
    expected.addAll(Collections.nCopies(64, 3));
    assertThatCallbacksAdd(future, expected.toArray(Integer[]::new));
  }

  @Test
  @Conformance("test_futures.BaseFutureDoneCallbackTests.test_use_after_free_on_fut_callback_0_with_evil__eq__")
  @SuppressWarnings("unchecked") // what is compared is a callback of this future
  void test_use_after_free_on_fut_callback_0_with_evil__eq__() {
    for (int others = 0; others <= 1; others++) { // one callback, and several
      CompletableAsyncFuture<String> future = newFuture();
      future.addDoneCallback(adding(1));
      for (int i = 0; i < others; i++) {
        future.addDoneCallback(adding(2));
      }
      List<Integer> removedMeanwhile = new ArrayList<>();

      int removed = future.removeDoneCallback(new Comparing(other -> {
        removedMeanwhile.add(future.removeDoneCallback((Consumer<AsyncFuture<String>>) other));
        return true;
      }));

      assertThat(removed).as("those that were gone before they were found equal").isZero();
      assertThat(removedMeanwhile).hasSize(others + 1).containsOnly(1);
      assertThatCallbacksAdd(future);
    }
  }
}
