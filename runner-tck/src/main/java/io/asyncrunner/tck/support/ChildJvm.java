package io.asyncrunner.tck.support;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A JVM of its own with the classes of the tests, that says on its standard output how far it is. Everything is on its class
 * path, wherever it is found here.
 */
public final class ChildJvm implements AutoCloseable {
  /** Of the tests that start one: what most of the kit's time goes into, and what a change of classes in this JVM does not reach. */
  public static final String TAG = "child-jvm";

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Process process;
  /** The lines to come; empty once the output is at its end. */
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
  /** The lines that were looked at, for messages. */
  private final List<String> transcript = new ArrayList<>();

  private ChildJvm(Process process) {
    this.process = process;
  }

  /** Starts one, as quick to start as may be. */
  public static ChildJvm start(List<String> flags, Class<?> program, String... arguments) throws IOException {
    return start(inherited -> {}, paths(), flags, program, arguments);
  }

  /** Starts one that gets the name of a kit as an argument, and finds that class. */
  public static ChildJvm start(Class<?> kit, List<String> flags, Class<?> program, String... arguments)
      throws IOException {
    return start(kit, inherited -> {}, flags, program, arguments);
  }

  /** The same in an environment that is this one's, changed. A module that is patched with its tests has them on no path. */
  public static ChildJvm start(Class<?> kit, Consumer<Map<String, String>> environment, List<String> flags,
      Class<?> program, String... arguments) throws IOException {
    return start(environment, Stream.concat(paths(), Stream.of(folderOf(kit))), flags, program, arguments);
  }

  private static ChildJvm start(Consumer<Map<String, String>> environment, Stream<String> classPath, List<String> flags,
      Class<?> program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(HEARS_SIGNALS);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.addAll(LogToStdout.FLAGS); // others take up to half a second to start
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED"); // or the JVM warns of loops with native parts, on standard output
    }
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath.collect(Collectors.joining(File.pathSeparator)), program.getName()));
    command.addAll(Arrays.asList(arguments));
    return start(environment, command);
  }

  /** Starts a Java that may be another, with nothing but what is given. */
  public static ChildJvm start(Path java, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(HEARS_SIGNALS);
    command.add(java.toString());
    command.addAll(arguments);
    return start(inherited -> {}, command);
  }

  private static ChildJvm start(Consumer<Map<String, String>> environment, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    environment.accept(builder.environment());
    ChildJvm child = new ChildJvm(builder.start());
    Thread reader = new Thread(child::read, "reads a child JVM");
    reader.setDaemon(true);
    reader.start();
    return child;
  }

  /**
   * What has a program hear signals that this JVM, and so its children, would ignore, as in a job that a shell has started in the
   * background. Where there is no such {@code env}, nothing.
   */
  private static final List<String> HEARS_SIGNALS = hearsSignals();

  private static List<String> hearsSignals() {
    List<String> prefix = List.of("env", "--default-signal=INT,TERM");
    List<String> probe = new ArrayList<>(prefix);
    probe.add("true");
    try {
      return new ProcessBuilder(probe).start().waitFor() == 0 ? prefix : List.of();
    } catch (IOException missing) {
      return List.of();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /** The class path and the module path. */
  private static Stream<String> paths() {
    return Stream.of("java.class.path", "jdk.module.path")
        .map(System::getProperty)
        .filter(path -> path != null && !path.isEmpty());
  }

  /** Where a class was found: the folder, or the jar, that would be on the class path for it. */
  public static String folderOf(Class<?> type) {
    String file = type.getName().replace('.', '/') + ".class";
    URL found = Objects.requireNonNull(type.getResource("/" + file), file);
    String inside = found.toString();
    String folder = inside.substring(0, inside.length() - file.length());
    if (folder.startsWith("jar:")) {
      folder = folder.substring("jar:".length(), folder.length() - "!/".length());
    }
    return Path.of(URI.create(folder)).toString();
  }

  private void read() {
    try (BufferedReader output = process.inputReader()) {
      output.lines().forEach(line -> lines.add(Optional.of(line)));
    } catch (UncheckedIOException | IOException killed) {
      lines.add(Optional.of("(output broken off: " + killed + ")"));
    }
    lines.add(Optional.empty());
  }

  /** Waits for a line; passes over others, as those of a log. */
  public void expect(String line) throws InterruptedException {
    try {
      expect(line, PATIENCE);
    } catch (TimeoutException late) {
      throw new AssertionError(late.getMessage(), late);
    }
  }

  /** Waits for a line, but not for long. */
  public void expect(String line, Duration patience) throws InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + patience.toNanos();
    for (;;) {
      Optional<String> next = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null) {
        throw new TimeoutException("expected the line: " + line + "\nfound nothing more behind:\n" + transcript());
      }
      if (next.isEmpty()) {
        throw new AssertionError("expected the line: " + line + "\nfound the end, behind:\n" + transcript());
      }
      transcript.add(next.get());
      if (next.get().equals(line)) {
        return;
      }
    }
  }

  /** Lets the program's {@code System.in.read()} return. */
  public void nudge() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  /** Sends a signal, as a person would with {@code kill}. */
  public void signal(String name) throws IOException, InterruptedException {
    if (!signalIfAlive(name)) {
      drain();
      throw new AssertionError("kill -" + name + " failed; output of the child so far:\n" + transcript());
    }
  }

  /** Sends a signal; false if it could not be sent, because there is nobody any more. */
  public boolean signalIfAlive(String name) throws IOException, InterruptedException {
    return new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor() == 0;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for the end of the JVM; gives its exit status, which is 128 and the signal's number if a signal ended it. */
  public int exitStatus() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      drain();
      throw new AssertionError("the child has not ended; its output:\n" + transcript());
    }
    return process.exitValue();
  }

  /** All that the program has printed, once it has ended. */
  public List<String> output() throws InterruptedException {
    exitStatus();
    for (Optional<String> next = lines.take(); next.isPresent(); next = lines.take()) {
      transcript.add(next.get());
    }
    return transcript;
  }

  private void drain() {
    List<Optional<String>> rest = new ArrayList<>();
    lines.drainTo(rest);
    rest.forEach(line -> line.ifPresent(transcript::add));
  }

  private String transcript() {
    return String.join("\n", transcript);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
