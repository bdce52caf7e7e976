package io.asyncrunner.tck.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.AsyncFuture;
import io.asyncrunner.Task;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import org.junit.jupiter.api.Test;

/** {@code GenericTaskTests} of {@code test_tasks.py}. */
public abstract class GenericTaskTests extends PortedTests {
  protected GenericTaskTests(LoopSource source) {
    super(source);
  }

  @Test
  @Conformance("test_tasks.GenericTaskTests.test_future_subclass")
  void test_future_subclass() {
    assertThat(Task.class).isAssignableTo(AsyncFuture.class);
    assertThat(loop().createFuture()).isNotInstanceOf(Task.class);
  }
}
