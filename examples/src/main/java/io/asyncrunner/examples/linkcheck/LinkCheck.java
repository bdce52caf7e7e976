package io.asyncrunner.examples.linkcheck;

import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Runner;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The program: reads its arguments, runs a {@link Checker} on a {@link Runner}, prints the report. */
@Command(name = "linkcheck", header = "Checks the links of Markdown and HTML files and of web pages.", description = {
    "",
    "Links to web pages, to files and to #anchors in both are checked, each once. mailto: links and the like are not."
        + " Without an argument, a demonstration runs that needs no network.",
    ""}, footer = {"",
        "Exit code: 0 if all links are good, 1 if some are broken, 2 for wrong usage, 130 after Ctrl-C."}, sortOptions = false, exitCodeOnExecutionException = 3)
public final class LinkCheck implements Callable<Integer> {
  private static final int ALL_GOOD = 0;
  private static final int SOME_BROKEN = 1;
  private static final int INTERRUPTED = 130; // as a shell reports a program that SIGINT ended

  private final Supplier<Runner> runners;

  @Spec
  private CommandSpec spec = CommandSpec.create(); // picocli sets the real one

  @Parameters(paramLabel = "FILE|DIR|URL", arity = "0..*", description = "What to read. A folder with all that is below it; of a web page, the links on it.")
  private List<String> arguments = List.of();

  @Option(names = "--timeout", paramLabel = "TIME", converter = DurationConverter.class, description = "How long each answer of a server may take, such as 500ms, 10s, 1m. Default: 10s.")
  private @Nullable Duration timeout;

  @Option(names = "--retries", paramLabel = "N", description = "How often to ask again after a 5xx status or a broken connection. Default: ${DEFAULT-VALUE}.")
  private int retries = Settings.DEFAULT.retries();

  @Option(names = "--redirects", paramLabel = "N", description = "How many redirects to follow. Default: ${DEFAULT-VALUE}.")
  private int redirects = Settings.DEFAULT.redirects();

  @Option(names = "--per-host", paramLabel = "N", description = "Requests to one host at the same time. Default: ${DEFAULT-VALUE}.")
  private int perHost = Settings.DEFAULT.perHost();

  @Option(names = "--limit", paramLabel = "N", description = "Requests to all hosts at the same time. Default: ${DEFAULT-VALUE}.")
  private int limit = Settings.DEFAULT.limit();

  @Option(names = "--exclude", paramLabel = "REGEX", description = "Do not check URLs in which this is found. May be repeated.")
  private List<Pattern> exclude = List.of();

  @Option(names = "--no-anchors", description = "Do not check #anchors: some pages make theirs by script.")
  private boolean noAnchors;

  @Option(names = "--no-progress", description = "Do not show a progress bar.")
  private boolean noProgress;

  @Option(names = {"-v", "--verbose"}, description = "Print a line for each link, as it is checked.")
  private boolean verbose;

  @SuppressWarnings("UnusedVariable") // picocli uses it
  @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
  private boolean help;

  /** Makes the program with the best loop there is. */
  public LinkCheck() {
    // Ctrl-C is to end it at once, even if a thread is stuck in a file on a dead network disk: close() waits for that one.
    this(() -> Runner.builder().closeTimeout(Duration.ofSeconds(1)).build());
  }

  LinkCheck(Supplier<Runner> runners) {
    this.runners = runners;
  }

  /**
   * Runs the program and ends the JVM with its exit code.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(new LinkCheck().commandLine().execute(arguments));
  }

  /** This program, ready to be executed. */
  CommandLine commandLine() {
    return new CommandLine(this).setParameterExceptionHandler((wrong, _) -> {
      PrintWriter err = wrong.getCommandLine().getErr();
      err.println("linkcheck: " + wrong.getMessage());
      err.println("linkcheck --help shows how it is used.");
      return CommandLine.ExitCode.USAGE;
    });
  }

  @Override
  public Integer call() throws IOException {
    requireAtLeast(1, perHost, "--per-host");
    requireAtLeast(1, limit, "--limit");
    requireAtLeast(0, retries, "--retries");
    requireAtLeast(0, redirects, "--redirects");
    return arguments.isEmpty() ? demonstrate() : check();
  }

  private int check() {
    List<Path> paths = new ArrayList<>();
    List<URI> pages = new ArrayList<>();
    for (String argument : arguments) {
      if (argument.matches("(?i)https?:.*")) {
        pages.add(toPage(argument));
      } else {
        paths.add(toPath(argument));
      }
    }
    return check(paths, pages, settings(Settings.DEFAULT.timeout(), Settings.DEFAULT.backoff()));
  }

  private int demonstrate() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (DemoSite site = DemoSite.start()) {
      out.println("Nothing to check was named, so this is a demonstration (see --help).");
      out.println(
          "A web server on " + site.url() + " has good, slow, redirecting, hanging, failing and missing pages.");
      out.println("Two documents in " + site.folder() + " link to them, and to each other.");
      out.println("Many of these links are meant to be broken, so the exit code will be " + SOME_BROKEN + ".");
      out.println();
      out.flush();
      return check(List.of(site.folder()), List.of(), settings(enoughTime(site), Duration.ofMillis(100)));
    }
  }

  /**
   * How long to wait for an answer of the demonstration's site: many times what a good page takes on this machine at this time. That is
   * asked more than once, because the first answers take what the JVM does once.
   */
  private static Duration enoughTime(DemoSite site) throws IOException {
    HttpRequest good = HttpRequest.newBuilder(URI.create(site.url() + "/good")).build();
    long slowest = 0;
    try (HttpClient client = Web.newClient()) {
      for (int round = 0; round < 5; round++) {
        long begin = System.nanoTime();
        client.send(good, HttpResponse.BodyHandlers.discarding());
        slowest = round < 2 ? 0 : Math.max(slowest, System.nanoTime() - begin);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the check that follows ends at once
    }
    return Duration.ofSeconds(2 + Duration.ofNanos(slowest).multipliedBy(20).toSeconds());
  }

  /** The heart of it: from ordinary code onto the loop and back. */
  private int check(List<Path> paths, List<URI> pages, Settings settings) {
    PrintWriter out = spec.commandLine().getOut();
    Report report = new Report();
    ProgressBar progress = new ProgressBar(report, spec.commandLine().getErr(),
        !noProgress && !verbose && ProgressBar.isTerminal());
    boolean interrupted = false;
    long begin = System.nanoTime();
    try (HttpClient client = Web.newClient()) {
      try (Runner runner = runners.get()) {
        Web web = new Web(client, settings);
        Checker checker = new Checker(web, settings, report, progress, verbose ? out : null);
        runner.run(() -> checker.check(paths, pages));
      } catch (KeyboardInterrupt ctrlC) {
        // Every task has been cancelled and has ended. What they have found until then is in the report.
        interrupted = true;
      }
      client.shutdownNow(); // nobody waits for what cancelled requests have left behind
    }
    report.print(out, interrupted, Duration.ofNanos(System.nanoTime() - begin));
    out.flush();
    return interrupted ? INTERRUPTED : report.broken() > 0 ? SOME_BROKEN : ALL_GOOD;
  }

  private Settings settings(Duration defaultTimeout, Duration backoff) {
    Duration forEach = timeout == null ? defaultTimeout : timeout;
    return new Settings(perHost, limit, forEach, retries, backoff, redirects, !noAnchors, exclude);
  }

  // --- what can be wrong with the arguments ---

  private URI toPage(String argument) {
    if (Target.of(argument, Path.of("").toUri(), null) instanceof Target.Resource resource) {
      return resource.uri();
    }
    throw new ParameterException(spec.commandLine(), argument + " is not a valid URL");
  }

  private Path toPath(String argument) {
    try {
      Path path = argument.startsWith("file:") ? Path.of(URI.create(argument)) : Path.of(argument);
      if (Files.isRegularFile(path) || Files.isDirectory(path)) {
        return path;
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), argument + " is not a valid file name: " + e.getMessage(), e);
    }
    throw new ParameterException(spec.commandLine(), argument + " is neither a file nor a folder");
  }

  private void requireAtLeast(int least, int found, String option) {
    if (found < least) {
      throw new ParameterException(spec.commandLine(), option + " must be at least " + least + ", found " + found);
    }
  }

  /** Reads the value of {@code --timeout}. */
  static final class DurationConverter implements CommandLine.ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return Durations.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "': " + e.getMessage());
      }
    }
  }
}
