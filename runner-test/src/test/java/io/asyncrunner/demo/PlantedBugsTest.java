package io.asyncrunner.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.test.InterleavingError;
import io.asyncrunner.test.Launched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each of the {@link PlantedBugs} is found, under the same seed on every JDK and kind of fiber, and shrunk. */
class PlantedBugsTest {
  private static final Pattern SHRUNK = Pattern.compile("shrunk from (\\d+) to (\\d+) switch(?:es)? in \\d+ runs,"
      + " @Replay\\(\"([\\d: ]+)\"\\)");

  // @formatter:off
  @ParameterizedTest
  @CsvSource({
      "lostUpdate,                  1, but was: 20",
      "lockOrder,                   1, 'cycle: task one waits for AsyncLock #1, held by task other, which waits for AsyncLock #2, held by task one'",
      "checkThenAct,                1, fails with QueueEmptyException",
      "missedSignal,                5, task one waits for AsyncCondition #1",
      "doubleRelease,               3, fails with IllegalStateException",
      "staleCacheRefresh,           2, 'but was: \"old\"'",
      "lazyInitialisation,          1, but was: 2",
      "cancelBetweenAcquireAndTry,  2, 'held by task worker, which has ended without releasing it'",
      "childOutlivesItsData,        1, the buffer was gone",
      "starvedWaiter,               5, task other                    fails with AssertionError"
  })
  // @formatter:on
  void bug_isFoundAndShrunk(String bug, int seed, String symptom) throws IOException {
    List<Launched.Result> runs = Launched.method(PlantedBugs.class, bug);
    assertThat(runs).as("the usual order, and seeds from 1 on until one fails").hasSize(seed + 1);
    assertThat(runs.subList(0, seed)).noneMatch(Launched.Result::isFailure);
    Launched.Result last = runs.get(seed);
    assertThat(last.run()).isEqualTo("seed " + seed);
    assertThat(last.thrown()).get().isInstanceOf(InterleavingError.class);
    String message = last.thrown().orElseThrow().getMessage();
    assertThat(message).contains("fails under seed " + seed, "@Seed(" + seed + ") runs it again; ", symptom);
    Matcher shrunk = SHRUNK.matcher(message);
    assertThat(shrunk.find()).as(message).isTrue();
    assertThat(Integer.parseInt(shrunk.group(2))).isBetween(1, 5)
        .isLessThanOrEqualTo(Integer.parseInt(shrunk.group(1)))
        .isEqualTo(shrunk.group(3).split(" ").length)
        .isEqualTo((int) message.lines().filter(line -> line.startsWith("* ")).count());
    assertThat(withoutLineNumbers(Files.readString(page()))).as("what is printed stands in the guide")
        .contains(withoutLineNumbers(message.strip()));
  }

  private static Path page() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("docs/guide"))) {
      folder = Objects.requireNonNull(folder.getParent(), "docs/guide is not above the working directory");
    }
    return folder.resolve("docs/guide/ten-bugs.md");
  }

  /** They change with each edit of a source; so does the width of what they stand in. */
  private static String withoutLineNumbers(String text) {
    return text.replaceAll("\\.java:\\d+\\)", ".java)").replaceAll("(?m) +$", "");
  }
}
