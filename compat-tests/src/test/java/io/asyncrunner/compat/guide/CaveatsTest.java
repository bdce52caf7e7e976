package io.asyncrunner.compat.guide;

import static io.asyncrunner.compat.guide.Sample.fetch;
import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.Runner;
import io.asyncrunner.TaskGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The snippets of {@code docs/caveats.md}. */
class CaveatsTest {
  private final List<String> log = new ArrayList<>();

  @ParameterizedTest
  @EnumSource
  void blocking_belongsInAThread(FiberKind kind, @TempDir Path folder) throws IOException {
    Path path = Files.writeString(folder.resolve("note"), "text");
    try (Runner runner = kind.newRunner()) {
      // @start region=caveats-blocking
      runner.run(() -> Files.readString(path)); // wrong: nothing else runs meanwhile
      runner.run(() -> Async.toThread(() -> Files.readString(path))); // right
      // @end
    }
  }

  private void load() {
    load("index");
  }

  private void load(String name) {
    log.add(fetch(name));
  }

  @ParameterizedTest
  @EnumSource
  void overloads_lambdasSayWhichIsMeant(FiberKind kind) {
    try (Runner runner = kind.newRunner()) {
      // @start region=caveats-overloaded
      runner.run(() -> load()); // this::load is ambiguous if there is also a load(String)
      // @end
      // @start region=caveats-group
      String page = runner.run(() -> TaskGroup.call(group -> group.createTask(() -> fetch("a")).await()));
      runner.run(() -> TaskGroup.run(group -> {
        group.createTask(() -> load());
      }));
      // @end
      assertThat(page).isEqualTo("A");
    }
    assertThat(log).containsExactly("INDEX", "INDEX");
  }
}
