package io.asyncrunner.tck.pep492;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code CoroutineTests} of {@code test_pep492.py}. */
public abstract class CoroutineTests extends PortedTests {
  protected CoroutineTests(LoopSource source) {
    super(source);
  }

  private static String outer() {
    return inner();
  }

  private static String inner() {
    return "spam";
  }

  @Test
  @Conformance("test_pep492.CoroutineTests.test_async_def_coroutines")
  void test_async_def_coroutines() {
    for (boolean debug : new boolean[] {false, true}) {
      loop().setDebug(debug);
      assertThat(this.<String>runUntilComplete(CoroutineTests::outer)).isEqualTo("spam");
    }
  }

  @Test
  @Conformance("test_pep492.CoroutineTests.test_task_print_stack")
  void test_task_print_stack() {
    List<StackTraceElement> stack = new ArrayList<>();
    runUntilComplete(() -> Async.createTask(() -> lookAtOwnStack(stack)).await());

    assertThat(stack).isNotEmpty();
    assertThat(stack.get(0).getClassName()).isEqualTo(CoroutineTests.class.getName());
    assertThat(stack.get(0).getMethodName()).isEqualTo("lookAtOwnStack");
  }

  private static void lookAtOwnStack(List<StackTraceElement> stack) {
    stack.addAll(Async.currentTask().stack());
  }
}
