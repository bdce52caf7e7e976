package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a main method of the tests in a JVM of its own, for what can be tried once in a JVM's life. */
final class ChildJvm {
  static final String OPEN_DOOR = "java.base/java.lang=ALL-UNNAMED";

  private final List<String> arguments = new ArrayList<>();

  private ChildJvm() {}

  /** All classes on the class path. */
  static ChildJvm onClassPath() {
    ChildJvm jvm = new ChildJvm();
    jvm.arguments.add("-cp");
    jvm.arguments.add(System.getProperty("java.class.path"));
    return jvm;
  }

  /** The library and what it needs as modules, the tests on the class path. */
  static ChildJvm onModulePath() {
    List<String> modules = new ArrayList<>();
    List<String> classes = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      boolean isModule = isOurs(entry) || entry.contains("jctools") || entry.contains("slf4j-api");
      (isModule ? modules : classes).add(entry);
    }
    ChildJvm jvm = new ChildJvm();
    jvm.arguments.addAll(List.of("-p", String.join(File.pathSeparator, modules), "--add-modules",
        "io.asyncrunner.virtualthreads", "-cp", String.join(File.pathSeparator, classes)));
    return jvm;
  }

  /** A module of this project, as a folder or as a jar; its tests are none. */
  private static boolean isOurs(String entry) {
    File file = new File(entry);
    return new File(file, "module-info.class").exists()
        || (file.getName().startsWith("asyncrunner-") && file.getName().endsWith(".jar"));
  }

  ChildJvm withFlags(String... flags) {
    arguments.addAll(Arrays.asList(flags));
    return this;
  }

  /** Gives what the main method of a class printed; fails if that did not end well. */
  String run(Class<?> main) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    command.add(main.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Thread killer = Thread.ofVirtual().start(() -> {
      try {
        if (!process.waitFor(180, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException ended) {
        // In time.
      }
    });
    String output = new String(process.getInputStream().readAllBytes(), System.getProperty("stdout.encoding") == null
        ? java.nio.charset.Charset.defaultCharset()
        : java.nio.charset.Charset.forName(System.getProperty("stdout.encoding")));
    int status = process.waitFor();
    killer.interrupt();
    assertThat(status).as("%s printed:%n%s", main.getSimpleName(), output).isZero();
    return output;
  }
}
