package io.asyncrunner.tck.pep492;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncSemaphore;
import io.asyncrunner.sync.BoundedAsyncSemaphore;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** {@code LockTests} of {@code test_pep492.py}. */
public abstract class LockTests extends PortedTests {
  protected LockTests(LoopSource source) {
    super(source);
  }

  /** What the four primitives have in common. */
  private record Primitive(BooleanSupplier locked, Consumer<VoidCoroutine<RuntimeException>> with) {}

  @Test
  @Conformance("test_pep492.LockTests.test_context_manager_async_with")
  void test_context_manager_async_with() {
    AsyncLock lock = new AsyncLock();
    AsyncCondition condition = new AsyncCondition();
    AsyncSemaphore semaphore = new AsyncSemaphore(1);
    BoundedAsyncSemaphore bounded = new BoundedAsyncSemaphore(1);
    List<Primitive> primitives = List.of(
        new Primitive(lock::isLocked, lock::with),
        new Primitive(condition.lock()::isLocked, condition::with),
        new Primitive(semaphore::isLocked, semaphore::with),
        new Primitive(bounded::isLocked, bounded::with));

    for (Primitive primitive : primitives) {
      List<Boolean> locked = new ArrayList<>();
      runUntilComplete(() -> {
        sleep(10);
        locked.add(primitive.locked().getAsBoolean());
        primitive.with().accept(() -> {
          locked.add(primitive.locked().getAsBoolean());
          sleep(10);
          locked.add(primitive.locked().getAsBoolean());
        });
        locked.add(primitive.locked().getAsBoolean());
      });

      assertThat(locked).containsExactly(false, true, true, false);
      assertThat(primitive.locked().getAsBoolean()).isFalse();
    }
  }
}
