package io.asyncrunner.compat.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OracleMainTest {
  private static final String EMPTY = "{\"id\":\"%s\",\"sizes\":{},\"programs\":{\"main\":[]}}";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String in, String... arguments) {
    try (Watchdog watchdog = new Watchdog(Duration.ofDays(1), id -> {})) {
      return OracleMain.run(
          arguments,
          new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
          new PrintStream(out, true, StandardCharsets.UTF_8),
          new PrintStream(err, true, StandardCharsets.UTF_8),
          watchdog);
    }
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "--lop platform           | unknown argument: --lop",
      "scenarios.jsonl          | unknown argument: scenarios.jsonl",
      "--loop platform more     | unknown argument: more",
      "--loop                   | --loop: found nothing behind it",
      "--loop carrier           | kind of loop: carrier (expected one of confined, handoff, platform)"})
  void run_badUsage_saysWhatIsWrongAndReturns2(String arguments, String message) {
    int status = run(EMPTY.formatted("a"), arguments.split(" "));

    assertThat(status).isEqualTo(2);
    assertThat(err()).startsWith("oracle: " + message).contains("usage: oracle [--loop confined|handoff|platform]");
    assertThat(out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\'', value = {
      "{                                  | not JSON",
      "7                                  | \"id\": found",
      "{\"programs\":{\"main\":[]}}       | \"id\": found",
      "{\"id\":\"a\",\"programs\":{}}     | \"programs\" of a: found no list of operations named \"main\""})
  void run_malformedScenario_namesTheLineAndReturns1(String scenario, String message) {
    int status = run("\n" + EMPTY.formatted("first") + "\n" + scenario + "\n", "--loop", "platform");

    assertThat(status).isEqualTo(1);
    assertThat(err()).startsWith("oracle: line 3: " + message);
    assertThat(out()).contains("first").hasLineCount(1);
  }

  @Test
  void run_unknownOperation_namesItAndGoesOnWithTheNextScenario() {
    String unknown = "{\"id\":\"odd\",\"sizes\":{},\"programs\":{\"main\":[[\"log\",\"x\"],[\"frobnicate\",\"F1\"]]}}";

    int status = run(unknown + "\n" + EMPTY.formatted("next"), "--loop", "platform");

    assertThat(status).isEqualTo(1);
    assertThat(err()).contains("scenario odd").contains("operation [\"frobnicate\",\"F1\"] is not supported");
    assertThat(out().lines()).hasSize(2).anySatisfy(line -> assertThat(line).startsWith("{\"id\":\"next\""));
  }

  @ParameterizedTest
  @EnumSource
  void run_scenarios_writesTracesInOrder(LoopKind kind) {
    int status = run(EMPTY.formatted("b") + "\n\n" + EMPTY.formatted("a"), "--loop", kind.option());

    assertThat(err()).isEmpty();
    assertThat(status).isZero();
    String trace = "[\"0 main start\",\"0 main end null\",\"0 - run -> null\",\"0 - closed\"]";
    assertThat(out().lines()).containsExactly(
        "{\"id\":\"b\",\"trace\":" + trace + "}", "{\"id\":\"a\",\"trace\":" + trace + "}");
  }
}
