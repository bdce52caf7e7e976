package io.asyncrunner.tck.planted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedMethod;

import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Ticker;
import io.asyncrunner.tck.EventLoopTck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The kit rejects loops with defects, by a test that names the defect. */
class PlantedDefectsTest {
  /** The engine that the kit is run against; set by the test, which runs alone. */
  private static PlantedCore core;

  @TempDir
  Path folder;

  /** What the kit is run on; not a test of its own. */
  static class OnPlantedCore extends EventLoopTck {
    @Override
    protected LoopEngine newEventLoop(Ticker ticker) {
      try {
        return core.newEventLoop(ticker);
      } catch (ReflectiveOperationException unexpected) {
        throw new LinkageError("no loop", unexpected);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void kit_onALoopWithTheDefect_failsTheTestThatNamesIt(Defect defect) throws IOException {
    core = PlantedCore.with(defect, folder);

    TestExecutionSummary summary = run(selectNestedMethod(List.of(OnPlantedCore.class), rules(), defect.test));

    assertThat(summary.getTestsFoundCount()).as("tests of that name").isEqualTo(1);
    assertThat(summary.getFailures()).singleElement()
        .satisfies(failure -> assertThat(failure.getTestIdentifier().getDisplayName()).startsWith(defect.test));
  }

  /** So that it is the defect alone that makes them fail. */
  @Test
  void kit_onALoopWithoutADefect_passesThem() {
    core = PlantedCore.withoutDefect(folder);

    TestExecutionSummary summary = run(selectNestedClass(List.of(OnPlantedCore.class), rules()));

    assertThat(summary.getFailures()).isEmpty();
    assertThat(summary.getTestsSucceededCount())
        .isEqualTo(Arrays.stream(Defect.values()).map(defect -> defect.test).distinct().count());
  }

  private static TestExecutionSummary run(DiscoverySelector tests) {
    LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request().selectors(tests).build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    return listener.getSummary();
  }

  private static Class<?> rules() {
    return Arrays.stream(EventLoopTck.class.getDeclaredClasses())
        .filter(nested -> nested.getSimpleName().equals("LoopRules"))
        .findAny()
        .orElseThrow();
  }
}
