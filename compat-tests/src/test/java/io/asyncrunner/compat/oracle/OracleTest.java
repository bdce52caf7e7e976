package io.asyncrunner.compat.oracle;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The recorded scenarios: each has to give CPython's trace, line for line, on every kind of fiber.
 *
 * <p>The traces are those of CPython 3.15. The files hold scenarios of a profile each, on which 3.11 agrees with it;
 * {@code newer} holds some of all profiles on which it does not; {@code endings} holds some that hang, or that go on while
 * the Runner closes, on which 3.11, 3.12 and 3.13 agree; {@code extended} holds some with the operations that 3.11 does not
 * have, and more; {@code mended} holds random ones that found something.
 */
class OracleTest {
  private static final List<String> FILES = List.of("tasks.jsonl", "cancel.jsonl", "timeouts.jsonl", "groups.jsonl",
      "futures.jsonl", "sync.jsonl", "context.jsonl", "mixed.jsonl", "newer.jsonl", "endings.jsonl", "extended.jsonl",
      "mended.jsonl");

  /** In real time; a scenario takes milliseconds. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private record Case(Scenario scenario, List<String> trace) {}

  @TestFactory
  Stream<DynamicContainer> trace_equalsThatOfCPython() {
    return Arrays.stream(LoopKind.values())
        .map(kind -> dynamicContainer(
            kind.option(), FILES.stream().map(file -> dynamicContainer(file, testsOf(kind, file)))));
  }

  private static Stream<? extends DynamicNode> testsOf(LoopKind kind, String file) {
    return read(file).stream().map(recorded -> testOf(kind, recorded));
  }

  private static DynamicTest testOf(LoopKind kind, Case recorded) {
    return dynamicTest(recorded.scenario().id(), () -> {
      ScenarioRun.Result result = assertTimeoutPreemptively(LIMIT,
          () -> ScenarioRun.of(recorded.scenario(), kind.fibers()));
      if (!result.trace().equals(recorded.trace())) {
        throw new AssertionError(
            recorded.scenario().id() + " on " + kind.option() + ":\n" + difference(recorded.trace(), result.trace()),
            result.failure());
      }
    });
  }

  /** Where two traces part: the first lines that differ, and what led there. */
  private static String difference(List<String> expected, List<String> found) {
    int same = 0;
    while (same < Math.min(expected.size(), found.size()) && expected.get(same).equals(found.get(same))) {
      same++;
    }
    StringBuilder text = new StringBuilder();
    expected.subList(Math.max(0, same - 5), same).forEach(line -> text.append("           ").append(line).append('\n'));
    for (int i = same; i < same + 3; i++) {
      text.append("  CPython  ").append(i < expected.size() ? expected.get(i) : "(end)").append('\n');
      text.append("  found    ").append(i < found.size() ? found.get(i) : "(end)").append('\n');
    }
    return text.append("(the first difference is in line ").append(same + 1).append(" of the trace)").toString();
  }

  private static List<Case> read(String file) {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(
        Objects.requireNonNull(OracleTest.class.getResourceAsStream("/oracle/" + file), file),
        StandardCharsets.UTF_8))) {
      List<Case> cases = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode json = Scenario.read(line);
        List<String> trace = new ArrayList<>();
        json.path("trace").forEach(entry -> trace.add(entry.textValue()));
        cases.add(new Case(Scenario.of(json), trace));
      }
      return cases;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    } catch (Scenario.FormatException malformed) {
      throw new AssertionError("malformed case in " + file, malformed);
    }
  }
}
