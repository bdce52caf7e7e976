package io.asyncrunner.compat.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Runner;
import io.asyncrunner.core.EventLoops;
import io.asyncrunner.tck.support.ChildJvm;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A program on the module path, in an image of jlink, and without a provider of SLF4J: in JVMs of their own. */
@Timeout(300)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
class RuntimesTest {
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  /** The library and what it needs, but no provider of SLF4J. */
  private static final String LIBRARY = Stream
      .of(Runner.class, EventLoops.class, VirtualThreadLoops.class, LoggerFactory.class,
          MpscUnboundedVarHandleArrayQueue.class,
          org.jctools.queues.MessagePassingQueue.class, Nullable.class)
      .map(ChildJvm::folderOf)
      .distinct()
      .collect(Collectors.joining(File.pathSeparator));

  private static final String PROGRAM = """
      package probe;

      import io.asyncrunner.Async;
      import io.asyncrunner.EventLoop;
      import io.asyncrunner.Runner;
      import io.asyncrunner.Task;
      import java.time.Duration;

      public class Main {
        public static void main(String... arguments) throws Exception {
          if (arguments[0].equals("reports")) {
            try (Runner runner = Runner.builder().debug(true).build()) {
              runner.run(() -> {
                Task<?> unawaited = Async.createTask(() -> { throw new IllegalStateException("nobody awaits this"); });
                Async.sleep(Duration.ofMillis(1));
                unawaited = null;
                Task<?> swallowing = Async.createTask(() -> {
                  try {
                    Async.sleep(Duration.ofDays(1));
                  } catch (io.asyncrunner.CancelledError swallowed) {
                  }
                });
                Async.sleep(Duration.ofMillis(1));
                swallowing.cancel();
                swallowing.await();
              });
            }
            return;
          }
          Runner.Builder builder = Runner.builder();
          if (arguments[0].equals("handleSignals")) {
            builder.handleSignals("SIGTERM");
          }
          if (arguments[0].equals("closeOnShutdown")) {
            builder.closeOnShutdown();
          }
          try (Runner runner = builder.build()) {
            runner.run(() -> {
              System.out.println("ready");
              try {
                Async.sleep(Duration.ofDays(1));
              } finally {
                System.out.println("finally");
              }
            });
          } catch (Throwable thrown) {
            System.out.println(thrown.getClass().getSimpleName());
          }
        }
      }
      """;

  @TempDir
  Path folder;

  private void run(String tool, String... arguments) {
    int status = ToolProvider.findFirst(tool).orElseThrow().run(System.out, System.err, arguments);
    assertThat(status).as(tool).isZero();
  }

  private Path write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, text);
  }

  /** Compiles the program to a module that requires the library, as any other does. */
  private String module() throws IOException {
    Path classes = folder.resolve("module");
    run("javac", "-d", classes.toString(), "-p", LIBRARY, "-proc:none",
        write("src/module-info.java", "module probe { requires io.asyncrunner; }").toString(),
        write("src/probe/Main.java", PROGRAM).toString());
    return classes + File.pathSeparator + LIBRARY;
  }

  private String classPath() throws IOException {
    Path classes = folder.resolve("classes");
    run("javac", "-d", classes.toString(), "-cp", LIBRARY, "-proc:none",
        write("src/probe/Main.java", PROGRAM).toString());
    return classes + File.pathSeparator + LIBRARY;
  }

  private static void assertHearsSignals(Path java, List<String> flags) throws Exception {
    try (ChildJvm child = start(java, flags, "nothing")) {
      child.expect("ready");
      child.signal("INT");
      child.expect("finally");
      child.expect("KeyboardInterrupt");
      assertThat(child.exitStatus()).isZero();
    }
    try (ChildJvm child = start(java, flags, "handleSignals")) {
      child.expect("ready");
      child.signal("TERM");
      child.expect("finally");
      child.expect("KeyboardInterrupt");
      assertThat(child.exitStatus()).isZero();
    }
    try (ChildJvm child = start(java, flags, "closeOnShutdown")) {
      child.expect("ready");
      child.signal("TERM");
      child.expect("finally");
      child.expect("CancellationException");
      assertThat(child.exitStatus()).isEqualTo(128 + 15);
    }
  }

  private static ChildJvm start(Path java, List<String> flags, String argument) throws IOException {
    List<String> all = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    all.addAll(flags);
    all.add(argument);
    return ChildJvm.start(java, all);
  }

  @Test
  void signals_onTheModulePath_areHeard() throws Exception {
    assertHearsSignals(JAVA, List.of("-p", module(), "-m", "probe/probe.Main"));
  }

  @Test
  void signals_inAnImageOfJlink_areHeard() throws Exception {
    Path image = folder.resolve("image");
    // The providers of loops are found by their service, which jlink follows only when told.
    run("jlink", "-p", module(), "--add-modules", "probe,io.asyncrunner.virtualthreads", "--output", image.toString());
    assertHearsSignals(image.resolve("bin").resolve("java"), List.of("-m", "probe/probe.Main"));
  }

  @Test
  void reports_withoutAProviderOfSlf4j_areOnTheErrorOutput() throws Exception {
    try (ChildJvm child = start(JAVA, List.of("-cp", classPath(), "probe.Main"), "reports")) {
      assertReports(child);
    }
  }

  /** As on a server without java.logging: the JDK's own fallback prints, too. */
  @Test
  void reports_withoutJavaLogging_areOnTheErrorOutput() throws Exception {
    String limit = "--limit-modules=java.base,jdk.unsupported";
    try (ChildJvm child = start(JAVA, List.of(limit, "-cp", classPath(), "probe.Main"), "reports")) {
      assertReports(child);
    }
  }

  private static void assertReports(ChildJvm child) throws InterruptedException {
    assertThat(child.output()).anyMatch(line -> line.contains("event loops run on virtual threads"))
        .anyMatch(line -> line.contains("was never retrieved"))
        .anyMatch(line -> line.contains("java.lang.IllegalStateException: nobody awaits this"))
        .anyMatch(line -> line.contains("swallowed a cancellation"));
    assertThat(child.exitStatus()).isZero();
  }

  /** Who asks for silence gets it. */
  @Test
  void reports_withAProviderThatDropsThem_areDropped() throws Exception {
    write("classes/META-INF/services/org.slf4j.spi.SLF4JServiceProvider",
        "org.slf4j.helpers.NOP_FallbackServiceProvider");
    try (ChildJvm child = start(JAVA, List.of("-cp", classPath(), "probe.Main"), "reports")) {
      assertThat(child.output()).noneMatch(line -> line.contains("was never retrieved"));
      assertThat(child.exitStatus()).isZero();
    }
  }
}
