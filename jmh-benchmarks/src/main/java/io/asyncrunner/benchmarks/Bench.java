package io.asyncrunner.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/**
 * The command behind {@code bin/bench}: measures benchmarks with all their contenders, each in a JVM of its own, one after
 * another, and prints CSV on standard output. What is going on is on standard error.
 */
public final class Bench {
  private static final String USAGE = """
      usage: bench [--quick] [NAME…]

      Measures the benchmarks of these names (RunRoundTrip, SwitchAtDepth, SwitchAtDepth[64], …), or all, and prints CSV:
      benchmark,contender,ns_per_op,error; for ParkedMemory bytes a task. --quick takes less than a minute a benchmark.
      """;

  private static final String PARKED_MEMORY = "ParkedMemory";
  private static final String GROWTH = "Growth";

  /** For all contenders of one benchmark; what starting and ending JVMs takes is a part of it. */
  private static final Duration QUICK = Duration.ofSeconds(50);
  private static final Duration QUICK_START = Duration.ofSeconds(1);

  /** Without a collection while a million tasks are alive, nor pages that are touched for the first time. */
  private static final List<String> GROWTH_HEAP = List.of("-Xms5g", "-Xmx5g", "-Xmn4g", "-XX:+AlwaysPreTouch");

  private final PrintStream csv;
  private final boolean quick;

  private Bench(PrintStream csv, boolean quick) {
    this.csv = csv;
    this.quick = quick;
  }

  /**
   * Runs the command.
   *
   * @param args see the usage
   * @throws Exception if a benchmark cannot be run
   */
  public static void main(String[] args) throws Exception {
    PrintStream csv = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err); // nothing else gets there
    boolean quick = false;
    List<String> names = new ArrayList<>();
    for (String arg : args) {
      if (arg.equals("--quick")) {
        quick = true;
      } else if (arg.equals("--help") || arg.equals("-h")) {
        csv.print(USAGE);
        return;
      } else {
        names.add(arg);
      }
    }
    Set<String> known = names();
    for (String name : names) {
      if (!known.contains(name)) {
        System.err.println("bench: no benchmark is called " + name + "; there are " + String.join(", ", known));
        System.exit(2);
      }
    }
    if (!new Bench(csv, quick).run(names.isEmpty() ? known : names)) {
      System.exit(1);
    }
  }

  /** What can be asked for: benchmarks, and those with a parameter. */
  static Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (Row row : Row.ALL) {
      names.add(row.benchmark());
    }
    names.add(PARKED_MEMORY);
    names.add(GROWTH);
    for (Row row : Row.ALL) {
      names.add(row.name());
    }
    return names;
  }

  /** Runs benchmarks; false if one has a limit, and found it passed. */
  private boolean run(Iterable<String> names) throws Exception {
    boolean withinLimits = true;
    csv.println("benchmark,contender,ns_per_op,error");
    Set<String> done = new LinkedHashSet<>();
    for (String name : names) {
      List<Row> rows = Row.ALL.stream()
          .filter(row -> (row.benchmark().equals(name) || row.name().equals(name)) && done.add(row.name()))
          .toList();
      if (!rows.isEmpty()) {
        measure(rows);
      } else if (name.equals(PARKED_MEMORY)) {
        for (String contender : ParkedMemory.contenders()) {
          runProgram(java(ParkedMemory.class, List.of(), contender, quick ? "200000" : "1000000"));
        }
        runPython(List.of(PARKED_MEMORY), 1);
      } else if (name.equals(GROWTH)) {
        withinLimits &= status(java(Growth.class, GROWTH_HEAP, quick ? "4" : "15")) == 0;
      }
    }
    return withinLimits;
  }

  private void measure(List<Row> rows) throws RunnerException, IOException, InterruptedException {
    int forks = rows.stream().mapToInt(row -> row.contenders().size() + 1).sum(); // with CPython
    long share = QUICK.dividedBy(forks).minus(QUICK_START).toMillis();
    long millis = quick ? Math.clamp(share, 300, 3_000) : 8_000;
    for (Row row : rows) {
      ChainedOptionsBuilder options = new OptionsBuilder()
          .include("^" + row.measurement().getName().replace(".", "\\.") + "\\.")
          .param("contender", row.contenders().toArray(new String[0]))
          .forks(quick ? 1 : 2)
          .warmupIterations(4) // two thirds of the time, because the compiler shares the processors with the benchmark
          .warmupTime(TimeValue.milliseconds(millis / 6))
          .measurementIterations(8)
          .measurementTime(TimeValue.milliseconds(millis / 24))
          .timeout(TimeValue.minutes(2))
          .shouldFailOnError(true)
          .timeUnit(TimeUnit.NANOSECONDS);
      row.parameters().forEach((parameter, value) -> options.param(parameter, value));
      Runner runner = new Runner(options.build(),
          OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT));
      for (RunResult result : runner.run()) {
        // The best rather than a mean: whatever else the machine does only adds to a time.
        Statistics iterations = result.getPrimaryResult().getStatistics();
        csv.printf(Locale.ROOT, "%s,%s,%.2f,%.2f%n", row.name(), result.getParams().getParam("contender"),
            iterations.getMin(), iterations.getPercentile(50) - iterations.getMin());
      }
    }
    runPython(rows.stream().map(Row::name).toList(), millis);
  }

  /** CPython's contenders, where there is one. */
  private void runPython(List<String> rows, long millis) throws IOException, InterruptedException {
    Path script = Path.of(System.getProperty("asyncrunner.benchmarks.python", "asyncio_bench.py"));
    List<String> command = new ArrayList<>(List.of("python3", script.toString(), Long.toString(millis)));
    command.addAll(rows);
    try {
      runProgram(command);
    } catch (IOException missing) {
      System.err.println("bench: asyncio is left out: " + missing.getMessage());
    }
  }

  /** A JVM as this one, with other flags besides. */
  private static List<String> java(Class<?> main, List<String> flags, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    return command;
  }

  private void runProgram(List<String> command) throws IOException, InterruptedException {
    int status = status(command);
    if (status != 0) {
      throw new IOException(command + " ended with status " + status);
    }
  }

  /** Runs a program that prints rows, and says itself what is wrong; gives its exit status. */
  private int status(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.getOutputStream().close();
    try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(csv::println);
    }
    return process.waitFor();
  }
}
