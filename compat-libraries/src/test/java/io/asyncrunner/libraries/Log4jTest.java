package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** SLF4J has one provider in a JVM, which is Logback here: a JVM of its own has Log4j. */
class Log4jTest {
  @Test
  void rulesOfBackends_inAJvmWithLog4j_hold() throws Exception {
    String output = new ChildJvm("-Dslf4j.provider=org.apache.logging.slf4j.SLF4JServiceProvider").run(Main.class);
    assertThat(output).contains("all rules hold");
  }

  /** Runs the rules. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      SummaryGeneratingListener summary = new SummaryGeneratingListener();
      LauncherFactory.create()
          .execute(LauncherDiscoveryRequestBuilder.request()
              .selectors(DiscoverySelectors.selectClass(Log4jRules.class))
              .build(), summary);
      boolean hold = summary.getSummary().getTotalFailureCount() == 0
          && summary.getSummary().getTestsSucceededCount() > 10;
      if (!hold) {
        summary.getSummary().printFailuresTo(new PrintWriter(System.out, true, System.out.charset()), 40);
      }
      System.out.println(hold ? "all rules hold" : "not all rules hold");
      System.exit(hold ? 0 : 1);
    }
  }
}
