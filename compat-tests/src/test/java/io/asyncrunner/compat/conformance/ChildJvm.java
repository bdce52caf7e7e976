package io.asyncrunner.compat.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A JVM of its own with the class path of the tests, that says on its standard output how far it is. */
final class ChildJvm implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  /** The lines to come; empty once the output is at its end. */
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
  /** The lines that were looked at, for messages. */
  private final List<String> transcript = new ArrayList<>();

  private ChildJvm(Process process) {
    this.process = process;
  }

  /** Starts one, as quick to start as may be. */
  static ChildJvm start(List<String> flags, Class<?> program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(Arrays.asList(arguments));
    ChildJvm child = new ChildJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
    Thread reader = new Thread(child::read, "reads a child JVM");
    reader.setDaemon(true);
    reader.start();
    return child;
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
  void expect(String line) throws InterruptedException {
    try {
      expect(line, PATIENCE);
    } catch (TimeoutException late) {
      throw new AssertionError(late.getMessage(), late);
    }
  }

  /** Waits for a line, but not for long. */
  void expect(String line, Duration patience) throws InterruptedException, TimeoutException {
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
  void nudge() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  /** Sends a signal, as a person would with {@code kill}. */
  void signal(String name) throws IOException, InterruptedException {
    if (!signalIfAlive(name)) {
      drain();
      throw new AssertionError("kill -" + name + " failed; output of the child so far:\n" + transcript());
    }
  }

  /** Sends a signal; false if it could not be sent, because there is nobody any more. */
  boolean signalIfAlive(String name) throws IOException, InterruptedException {
    return new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor() == 0;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for the end of the JVM; gives its exit status, which is 128 and the signal's number if a signal ended it. */
  int exitStatus() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      drain();
      throw new AssertionError("the child has not ended; its output:\n" + transcript());
    }
    return process.exitValue();
  }

  /** All that the program has printed, once it has ended. */
  List<String> output() throws InterruptedException {
    int _ = exitStatus();
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
