package io.asyncrunner.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C, in a JVM of its own: the signal goes to a whole process. */
@Timeout(300)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no kill")
class InterruptTest {
  @Test
  void ctrlC_endsAtOnce_withWhatIsKnown(@TempDir Path folder) throws Exception {
    assumeFalse(isInterruptIgnored(), "programs started in the background do not hear of Ctrl-C");
    CountDownLatch asked = new CountDownLatch(1);
    try (TestSite site = new TestSite()) {
      site.hanging("/hanging", asked).page("/good", 200, "");
      Path file = folder.resolve("links.md");
      Files.writeString(file, "[1](%s)\n[2](%s)\n[3](%s)\n[4](missing.md)\n"
          .formatted(site.url("/good"), site.url("/hanging"), site.url("/missing")));

      Process program = start("--verbose", "--timeout=10m", file.toString());
      try (BufferedReader out = program.inputReader()) {
        for (int settled = 0; settled < 3; settled++) { // all but one
          assertThat(out.readLine()).matches("(ok|broken) .*");
        }
        asked.await();
        long begin = System.nanoTime();
        new ProcessBuilder("kill", "-INT", String.valueOf(program.pid())).start();
        List<String> rest = out.lines().toList();
        assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).as("of the ten minutes that the page has")
            .isLessThan(Duration.ofMinutes(1));
        assertThat(program.exitValue()).isEqualTo(130);
        assertThat(rest).map(line -> line.replaceAll(" {2,}", " | "))
            .containsExactly(
                "WHERE | LINK | REASON",
                file + ":3 | " + site.url("/missing") + " | 404 Not Found",
                file + ":4 | missing.md | no such file",
                "",
                "interrupted: 3 of 4 links checked, 2 broken");
        assertThat(program.errorReader().lines()).isEmpty();
      } finally {
        program.destroyForcibly();
      }
    }
  }

  private static Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-opens", "java.base/java.lang=ALL-UNNAMED",
        "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        LinkCheck.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).start();
  }

  /** A shell without job control starts background programs like that, and what they start inherits it. */
  private static boolean isInterruptIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    String mask = Files.readAllLines(status)
        .stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .findFirst()
        .orElse("SigIgn: 0")
        .substring(7)
        .strip();
    return (Long.parseUnsignedLong(mask, 16) & 1L << (2 - 1)) != 0;
  }
}
