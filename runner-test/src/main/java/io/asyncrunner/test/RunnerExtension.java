package io.asyncrunner.test;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.commons.support.AnnotationSupport;

/** Has JUnit run the runs of a {@link RunnerTest} one by one. Public because the annotation names it. */
public final class RunnerExtension implements TestTemplateInvocationContextProvider {
  /** For JUnit. */
  public RunnerExtension() {}

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return true;
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
    Method method = context.getRequiredTestMethod();
    RunnerTest test = AnnotationSupport.findAnnotation(method, RunnerTest.class).orElseThrow();
    if (test.limitSeconds() < 1) {
      throw new ExtensionConfigurationException(
          method + ": limitSeconds = " + test.limitSeconds() + " (expected at least 1)");
    }
    SimulatedLoops loops = SimulatedLoops.virtualClock();
    Plans plans = new Plans(method, test.allowRealTime() ? loops.allowingRealTime() : loops);
    Duration limit = Duration.ofSeconds(test.limitSeconds());
    boolean alone = context.getExecutionMode() == ExecutionMode.SAME_THREAD;
    Iterator<TestTemplateInvocationContext> invocations = new Iterator<>() {
      @Override
      public boolean hasNext() {
        return plans.hasNext();
      }

      @Override
      public TestTemplateInvocationContext next() {
        return invocation(plans, plans.next(), limit, alone);
      }
    };
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(invocations, Spliterator.ORDERED), false);
  }

  private static TestTemplateInvocationContext invocation(
      Plans plans, Plans.Plan plan, Duration limit, boolean watchThreads) {
    return new TestTemplateInvocationContext() {
      @Override
      public String getDisplayName(int index) {
        return plan.name();
      }

      @Override
      public List<Extension> getAdditionalExtensions() {
        return List.of(new RunnerInvocation(plans, plan, limit, watchThreads));
      }
    };
  }
}
