package io.asyncrunner.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class UsageTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    LinkCheck program = new LinkCheck(() -> {
      throw new AssertionError("bad usage is found before a Runner is made");
    });
    CommandLine commandLine = program.commandLine();
    return commandLine.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "--no-such-option", "--timeout=x", "--timeout=0", "--timeout=-1", "--limit=0", "--per-host=0", "--retries=-1",
      "--redirects=-1", "--limit=many", "--exclude=(", "no/such/file", "file:///no/such/file", "file:x", "http://[x",
      "https://", "\0"})
  void badUsage_exitsWith2_andSaysWhy(String argument) {
    assertThat(run(argument)).isEqualTo(2);
    assertThat(err.toString()).startsWith("linkcheck: ").contains("--help");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void missingFile_besideOneThatExists_exitsWith2(@TempDir Path folder) {
    assertThat(run(folder.toString(), folder.resolve("missing.md").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("missing.md is neither a file nor a folder");
  }

  @Test
  void help_exitsWith0() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Usage: linkcheck", "--timeout=TIME", "130 after Ctrl-C");
  }

  @ParameterizedTest
  @CsvSource({"10, 10000", "10s, 10000", "500ms, 500", "2m, 120000"})
  void durations_areReadAsPeopleWriteThem(String text, long millis) {
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "1.5s", "-1s", "0", "0ms", "1h", "99999999999s"})
  void durations_ofOtherForms_areRefused(String text) {
    assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"0, 0 s", "49, 0 s", "500, 0.5 s", "10000, 10 s", "61250, 61.2 s"})
  void durations_areWritten(long millis, String text) {
    assertThat(Durations.show(Duration.ofMillis(millis))).isEqualTo(text);
  }
}
