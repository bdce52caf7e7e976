package io.asyncrunner.compat.guide;

// @start region=hello
import io.asyncrunner.*;
import java.time.Duration;
import java.util.List;

// @end
/** The first program of the README. */
@SuppressWarnings("StringCaseLocaleUsage") // as short as possible
// @start region=hello
public class Hello {
  public static void main(String[] args) {
    try (Runner runner = Runner.create()) {
      List<String> answers = runner.run(() -> Async.mapConcurrently(List.of("a", "b", "c"), Hello::ask));
      System.out.println(answers); // [A, B, C], after 100 ms, not 300
    }
  }

  static String ask(String question) {
    Async.sleep(Duration.ofMillis(100)); // other tasks run meanwhile
    return question.toUpperCase();
  }
}
// @end
