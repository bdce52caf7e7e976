package io.asyncrunner.tck.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code add_subclass_tests} of {@code test_tasks.py} adds to classes. */
public abstract class AddSubclassTests extends PortedTests {
  protected AddSubclassTests(LoopSource source) {
    super(source);
  }

  /**
   * Futures and tasks are the loop's, and who waits is not kept as a callback. That one wait is entered once shows when the
   * task waits again: a second entry would wake it too early.
   */
  @Test
  @Conformance("test_tasks.add_subclass_tests.test_subclasses_ctask_cfuture")
  void test_subclasses_ctask_cfuture() {
    CompletableAsyncFuture<String> future = loop().createFuture();
    CompletableAsyncFuture<String> next = loop().createFuture();
    List<String> events = new ArrayList<>();
    Task<String> task = loop().createTask(() -> {
      EventLoop.running().callSoon(() -> future.setResult("spam"));
      String result = future.await();
      events.add(result);
      events.add(next.await());
      return result;
    });
    task.addDoneCallback(done -> events.add("done"));
    for (int turn = 0; turn < 5; turn++) {
      runOnce(loop());
    }
    assertThat(events).containsExactly("spam");

    next.setResult("eggs");
    assertThat(loop().runUntilComplete(task)).isEqualTo("spam");
    runBriefly(loop());

    assertThat(events).containsExactly("spam", "eggs", "done");
  }
}
