package io.asyncrunner.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs tests that are meant to fail, as a build would. */
public final class Launched {
  /** The end of one run of a test. */
  public record Result(String test, String run, TestExecutionResult.Status status, Optional<Throwable> thrown) {
    public boolean isFailure() {
      return status == TestExecutionResult.Status.FAILED;
    }
  }

  private Launched() {}

  public static List<Result> all(Class<?> tests) {
    return run(DiscoverySelectors.selectClass(tests));
  }

  public static List<Result> method(Class<?> tests, String method) {
    return run(DiscoverySelectors.selectMethod(tests, method));
  }

  private static List<Result> run(DiscoverySelector selector) {
    LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request().selectors(selector).build();
    List<Result> results = new ArrayList<>();
    TestExecutionListener listener = new TestExecutionListener() {
      private String template = "";

      @Override
      public void executionStarted(TestIdentifier test) {
        if (test.isContainer()) {
          template = test.getDisplayName();
        }
      }

      @Override
      public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest() || result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
          results.add(new Result(template, test.getDisplayName(), result.getStatus(), result.getThrowable()));
        }
      }
    };
    LauncherFactory.create().execute(request, listener);
    return results;
  }
}
