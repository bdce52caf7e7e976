package io.asyncrunner.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** CPython does the operations too, where there is one. */
class AsyncioScriptTest {
  /** As in the script: below this, it says so and measures nothing. */
  private static final String HAS_TASK_GROUPS = "import sys; sys.exit(sys.version_info < (3, 11))";

  @Test
  void script_everyRow_measuresThoseThatAsyncioCanDo() throws Exception {
    assumeThat(hasPython()).as("Python 3.11 or newer").isTrue();
    List<String> command = new ArrayList<>(List.of("python3", "src/main/python/asyncio_bench.py", "1"));
    Row.ALL.forEach(row -> command.add(row.name()));
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.getOutputStream().close();
    List<String> measured = new ArrayList<>();
    try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().filter(line -> line.contains(",asyncio,")).forEach(line -> {
        assertThat(line).matches("[A-Za-z]+(\\[\\w+])?,asyncio,\\d+\\.\\d\\d,\\d+\\.\\d\\d");
        measured.add(line.replaceFirst(",.*", ""));
      });
    }
    assertThat(process.waitFor()).isZero();
    List<String> expected = new ArrayList<>();
    for (Row row : Row.ALL) {
      if (!row.name().contains("[scoped") && !row.name().equals("RunRoundTrip[main]")) {
        expected.add(row.name());
      }
    }
    assertThat(measured).isEqualTo(expected);
  }

  private static boolean hasPython() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "-c", HAS_TASK_GROUPS).inheritIO().start().waitFor() == 0;
    } catch (IOException missing) {
      return false;
    }
  }
}
