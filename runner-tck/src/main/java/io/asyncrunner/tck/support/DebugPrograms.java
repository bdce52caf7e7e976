package io.asyncrunner.tck.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Runner;
import io.asyncrunner.spi.LoopEngine;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The program that tests start in JVMs of their own to see what is in debug mode by default. It looks at two loops, so that a JVM
 * does for the tests of both.
 */
public final class DebugPrograms {
  private static final String VARIABLE = "ASYNCRUNNER_DEBUG";

  /** Whose debug mode. */
  public enum Whose {
    /** That of the loop that a Runner finds by itself. */
    RUNNERS_OWN,
    /** That of a loop of the kit on which a Runner runs. */
    KITS;

    String line(boolean debug) {
      return this + " is in debug mode: " + debug;
    }
  }

  private record Start(Class<?> kit, @Nullable String variable, List<String> flags) {}

  /** What each JVM has printed. */
  private static final Map<Start, List<String>> OUTPUTS = new HashMap<>();

  private DebugPrograms() {}

  /**
   * Whether a loop is in debug mode in a JVM of its own.
   *
   * @param variable what the environment says there; {@code null} if nothing
   */
  public static synchronized boolean isDebug(Whose whose, Class<?> kit, @Nullable String variable, String... flags)
      throws IOException, InterruptedException {
    Start start = new Start(kit, variable, List.of(flags));
    List<String> output = OUTPUTS.get(start);
    if (output == null) {
      output = outputOf(start);
      OUTPUTS.put(start, output);
    }
    assertThat(output).containsAnyOf(whose.line(true), whose.line(false));
    return output.contains(whose.line(true));
  }

  private static List<String> outputOf(Start start) throws IOException, InterruptedException {
    Consumer<Map<String, String>> environment = inherited -> {
      inherited.remove(VARIABLE);
      if (start.variable != null) {
        inherited.put(VARIABLE, start.variable);
      }
    };
    List<String> flags = SignalPrograms.flags(start.flags.toArray(String[]::new));
    try (ChildJvm child = ChildJvm.start(start.kit, environment, flags, DebugPrograms.class, start.kit.getName())) {
      return child.output();
    }
  }

  /** The kit is its argument. */
  public static void main(String... arguments) throws Exception {
    try (Runner runner = Runner.create()) {
      System.out.println(Whose.RUNNERS_OWN.line(runner.loop().isDebug()));
    }
    LoopEngine loop = SignalPrograms.newLoop(arguments[0]);
    try (Runner runner = Runner.builder().loopFactory(() -> loop).build()) {
      System.out.println(Whose.KITS.line(runner.loop().isDebug()));
    }
  }
}
