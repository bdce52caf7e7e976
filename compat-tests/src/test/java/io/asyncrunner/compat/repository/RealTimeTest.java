package io.asyncrunner.compat.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests of this repository wait for what happens, not for time to pass; where the clock matters, it is a virtual one. */
class RealTimeTest {
  private static final Pattern SLEEP = Pattern
      .compile("\\b(Thread|[A-Z]+SECONDS|unit)\\.sleep\\(|\\bpark(Nanos|Until)\\(");

  private static final String IS_TESTED = "that a fiber can block in it is what is tested";

  /** Files that sleep all the same, and why. */
  private static final Map<String, String> ALLOWED = Map.ofEntries(
      Map.entry("compat-libraries/libraries/OpenTelemetryAgentTest", IS_TESTED),
      Map.entry("compat-tests/conformance/SignalPrograms", "a call that a signal has to end"),
      Map.entry("compat-tests/faults/Operations", "a callback that blocks is what is tested"),
      Map.entry("runner-tck/planted/Defect", "what is planted in the poller waits there"),
      Map.entry("runner-tck/rules/LoopRules", "that timers are not late on the real clock is what is tested"),
      Map.entry("runner-test/test/OutsideWorkTest", "that it is reported is what is tested"),
      Map.entry("runner-virtualthreads/virtualthreads/BlockingCall", IS_TESTED),
      Map.entry("runner-virtualthreads/virtualthreads/ConfinedAgentTest", IS_TESTED),
      Map.entry("runner-virtualthreads/virtualthreads/ConfinedAttackTest", IS_TESTED),
      Map.entry("runner-virtualthreads/virtualthreads/ConfinedCancellationTest", IS_TESTED),
      Map.entry("runner-virtualthreads/virtualthreads/ConfinedChildrenTest", IS_TESTED),
      Map.entry("runner-virtualthreads/virtualthreads/ConfinedClosingTest", IS_TESTED),
      Map.entry("runner-virtualthreads/virtualthreads/ConfinedGarbageTest", IS_TESTED),
      Map.entry("runner-virtualthreads/virtualthreads/ConfinedInterruptTest", IS_TESTED),
      Map.entry("runner-virtualthreads/virtualthreads/ConfinedIsolationTest", IS_TESTED),
      Map.entry("runner-virtualthreads/virtualthreads/ConfinedLoggingTest",
          "a log that lets others run while it holds a lock"),
      Map.entry("runner-virtualthreads/virtualthreads/ConfinedThreadFactoryTest", IS_TESTED),
      Map.entry("runner-virtualthreads/virtualthreads/ConfinedUninterruptibleTest", IS_TESTED),
      Map.entry("runner-virtualthreads/virtualthreads/ConfinedWrappedInterruptionTest", IS_TESTED),
      Map.entry("runner-virtualthreads/virtualthreads/VirtualThreadLoopsTest", IS_TESTED));

  @Test
  void tests_always_leaveSleepingToThoseThatSayWhy() throws IOException {
    var sleeping = new TreeSet<String>();
    int looked = 0;
    for (Path sources : testSources()) {
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : (Iterable<Path>) files.filter(path -> path.toString().endsWith(".java"))::iterator) {
          looked++;
          if (SLEEP.matcher(Files.readString(file)).find()) {
            sleeping.add(name(file));
          }
        }
      }
    }

    assertThat(looked).as("files looked at").isGreaterThan(200);
    assertThat(sleeping).as("test classes that sleep in real time")
        .containsExactlyInAnyOrderElementsOf(ALLOWED.keySet());
  }

  /** Module, last package and class: {@code runner-test/test/OutsideWorkTest}. */
  private static String name(Path file) {
    Path inRoot = root().relativize(file);
    int last = inRoot.getNameCount() - 1;
    return inRoot.getName(0) + "/" + inRoot.getName(last - 1) + "/"
        + inRoot.getFileName().toString().replace(".java", "");
  }

  /** The conformance kit's tests are its main code. */
  private static Iterable<Path> testSources() throws IOException {
    try (Stream<Path> modules = Files.list(root())) {
      return Stream.concat(modules.map(module -> module.resolve("src/test/java")),
          Stream.of(root().resolve("runner-tck/src/main/java"))).filter(Files::isDirectory).toList();
    }
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("runner-tck"))) {
      folder = Objects.requireNonNull(folder.getParent(), "runner-tck is not above the working directory");
    }
    return folder;
  }
}
