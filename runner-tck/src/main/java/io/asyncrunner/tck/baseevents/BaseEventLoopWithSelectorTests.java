package io.asyncrunner.tck.baseevents;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.ChildJvm;
import io.asyncrunner.tck.support.LogPrograms;
import io.asyncrunner.tck.support.LogPrograms.Program;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code BaseEventLoopWithSelectorTests} of {@code test_base_events.py}, but for its tests of connections. */
public abstract class BaseEventLoopWithSelectorTests extends PortedTests {
  private final Class<?> kit;

  protected BaseEventLoopWithSelectorTests(LoopSource source, Class<?> kit) {
    super(source);
    this.kit = kit;
  }

  @Test
  @Tag(ChildJvm.TAG)
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // JVMs, perhaps on a busy machine
  @Conformance("test_base_events.BaseEventLoopWithSelectorTests.test_log_slow_callbacks")
  void test_log_slow_callbacks() throws Exception {
    List<String> output = LogPrograms.outputOf(Program.SLOW, kit);

    assertThat(output).hasSize(3);
    assertThat(output.get(0)).matches("WARN: a callback has held EventLoop\\[.*] for [0-9]+ ms: .*");
    assertThat(output.get(1)).matches("WARN: task slow task has held EventLoop\\[.*] for [0-9]+ ms: .*");
    assertThat(output.get(2)).isEqualTo("end");
  }
}
