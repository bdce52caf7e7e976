package io.asyncrunner.tck.waitfor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncFuture;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.Task;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@code WaitForShieldTests} of {@code test_waitfor.py}. */
public abstract class WaitForShieldTests extends PortedTests {
  protected WaitForShieldTests(LoopSource source) {
    super(source);
  }

  private static Task<String> doneAfter(long millis) {
    return Async.createTask(() -> {
      sleep(millis);
      return "done";
    });
  }

  @Test
  @Conformance("test_waitfor.WaitForShieldTests.test_zero_timeout")
  void test_zero_timeout() {
    run(() -> {
      Task<String> task = doneAfter(10);
      AsyncFuture<String> shield = Async.shield(task);
      assertThatThrownBy(() -> Async.waitFor(Duration.ZERO, shield))
          .isExactlyInstanceOf(DeadlineExceededException.class);

      assertThat(task.isDone()).isFalse();
      assertThat(task.isCancelled()).isFalse();
      assertThat(shield.isCancelled()).isTrue();

      sleep(100);
      assertThat(task.isDone()).isTrue();
      assertThat(task.result()).isEqualTo("done");
    });
  }

  @Test
  @Conformance("test_waitfor.WaitForShieldTests.test_none_timeout")
  void test_none_timeout() {
    run(() -> {
      Task<String> task = doneAfter(100);
      assertThat(Async.waitFor(FOREVER, Async.shield(task))).isEqualTo("done");

      assertThat(task.isDone()).isTrue();
      assertThat(task.await()).isEqualTo("done");
    });
  }

  @Test
  @Conformance("test_waitfor.WaitForShieldTests.test_shielded_timeout")
  void test_shielded_timeout() {
    run(() -> {
      Task<String> task = doneAfter(100);
      assertThatThrownBy(() -> Async.waitFor(Duration.ofMillis(10), Async.shield(task)))
          .isExactlyInstanceOf(DeadlineExceededException.class);

      assertThat(task.isDone()).isFalse();
      assertThat(task.isCancelled()).isFalse();
      assertThat(task.await()).isEqualTo("done");
    });
  }
}
