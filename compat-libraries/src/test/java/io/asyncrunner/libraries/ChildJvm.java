package io.asyncrunner.libraries;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM with the class path of this one and flags of its own, for what is decided when a JVM starts. */
final class ChildJvm {
  private final List<String> command = new ArrayList<>();

  ChildJvm(String... flags) {
    command
        .addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC", "-Dstdout.encoding=UTF-8", "-Dslf4j.provider=" + System.getProperty("slf4j.provider"),
            "--add-opens", "java.base/java.lang=ALL-UNNAMED", "-cp",
            System.getProperty("java.class.path")));
    command.addAll(List.of(flags));
  }

  /** Gives what the main method of a class printed; fails if that did not end well. */
  String run(Class<?> main) throws IOException, InterruptedException {
    command.add(main.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Thread killer = Thread.ofVirtual().start(() -> {
      try {
        if (!process.waitFor(100, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException ended) {
        // In time.
      }
    });
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    int status = process.waitFor();
    killer.interrupt();
    assertThat(status).as("%s printed:%n%s", main.getName(), output).isZero();
    return output;
  }
}
