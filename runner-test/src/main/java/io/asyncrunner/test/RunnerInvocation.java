package io.asyncrunner.test;

import io.asyncrunner.EventLoop;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.Runner;
import io.asyncrunner.spi.LoopEngine;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExecutableInvoker;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/** One run of a test, in one task. */
final class RunnerInvocation implements InvocationInterceptor, ParameterResolver, AfterEachCallback {
  private final Plans plans;
  private final Plans.Plan plan;
  private final Duration limit;
  private final boolean watchThreads;
  private Session session;
  private @Nullable Simulation simulation;

  RunnerInvocation(Plans plans, Plans.Plan plan, Duration limit, boolean watchThreads) {
    this.plans = plans;
    this.plan = plan;
    this.limit = limit;
    this.watchThreads = watchThreads;
    this.session = newSession(plan.loops());
  }

  private Session newSession(EventLoopFactory loops) {
    return new Session(() -> {
      LoopEngine loop = loops.newEventLoop();
      simulation = Simulation.of(loop);
      return loop;
    }, limit, watchThreads);
  }

  // --- the parts of the test ---

  @Override
  public void interceptBeforeEachMethod(Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext, ExtensionContext context) throws Throwable {
    inTask(invocation);
  }

  @Override
  public void interceptTestTemplateMethod(Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext, ExtensionContext context) throws Throwable {
    inTask(invocation);
  }

  @Override
  public void interceptAfterEachMethod(Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext, ExtensionContext context) throws Throwable {
    inTask(invocation);
  }

  private void inTask(Invocation<Void> invocation) throws Throwable {
    if (session.isGivenUp()) {
      invocation.skip();
      return;
    }
    try {
      session.run(() -> {
        invocation.proceed();
        return true;
      });
    } catch (Throwable thrown) {
      throw explored(thrown);
    }
  }

  /** What failed in an interleaving that was tried names it. */
  private Throwable explored(Throwable thrown) {
    return !plan.isExploring() || Attempt.isAborted(thrown) || thrown instanceof InterleavingError
        ? thrown
        : new InterleavingError("fails: " + plan.name() + ": " + Explorer.Failure.textOf(thrown), thrown);
  }

  // --- its end ---

  @Override
  public void afterEach(ExtensionContext context) {
    Throwable failure = context.getExecutionException().orElse(null);
    Throwable left = null;
    try {
      session.close();
    } catch (Throwable thrown) {
      left = explored(thrown);
    }
    if (simulation != null && !simulation.isFaultInjected()) {
      plans.stop();
    }
    Throwable first = failure != null ? failure : left;
    if (first != null && !Attempt.isAborted(first)) {
      plans.stop();
      if (first instanceof InterleavingError error && !session.isGivenUp()) {
        describe(error, context);
      }
    }
    if (left != null) {
      throw RunnerInvocation.<RuntimeException>sneaky(left);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> RuntimeException sneaky(Throwable throwable) throws X {
    throw (X) throwable;
  }

  private void describe(InterleavingError error, ExtensionContext context) {
    Simulation failed = simulation;
    if (failed == null) {
      return;
    }
    if (!plan.shrinks()) {
      error.retell(error.getMessage() + "\n" + failed.interleaving(), error.getCause());
      return;
    }
    Explorer.Failure found = Explorer.shrunk(
        loops -> runAgain(loops, context), plan.loops(), plan.seed(), error.getCause(), failed.choices());
    error.retell(
        found.describe("@Seed(" + plan.seed().orElseThrow() + ")", choices -> "@Replay(\"" + choices + "\")"),
        found.cause());
  }

  /** Runs the test once more, on other loops, with a new instance. */
  private void runAgain(EventLoopFactory loops, ExtensionContext context) throws Throwable {
    ExecutableInvoker invoker = context.getExecutableInvoker();
    session = newSession(loops);
    List<Object> instances = new ArrayList<>(context.getRequiredTestInstances().getAllInstances());
    Throwable failure = null;
    try {
      if (context.getTestInstanceLifecycle().orElse(Lifecycle.PER_METHOD) == Lifecycle.PER_METHOD) {
        instances.set(instances.size() - 1, newInstance(invoker, instances));
      }
      for (Object instance : instances) {
        invokeAll(invoker, instance, BeforeEach.class, HierarchyTraversalMode.TOP_DOWN);
      }
      session.run(() -> invoker.invoke(context.getRequiredTestMethod(), instances.get(instances.size() - 1)));
    } catch (Throwable thrown) {
      failure = thrown;
    }
    for (int i = instances.size() - 1; i >= 0; i--) {
      try {
        invokeAll(invoker, instances.get(i), AfterEach.class, HierarchyTraversalMode.BOTTOM_UP);
      } catch (Throwable thrown) {
        failure = failure == null ? thrown : failure;
      }
    }
    try {
      session.close();
    } catch (Throwable thrown) {
      failure = failure == null ? thrown : failure;
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static Object newInstance(ExecutableInvoker invoker, List<Object> instances) {
    Class<?> type = instances.get(instances.size() - 1).getClass();
    Object outer = instances.size() > 1 ? instances.get(instances.size() - 2) : null;
    return Objects.requireNonNull(invoker.invoke(type.getDeclaredConstructors()[0], outer));
  }

  private void invokeAll(ExecutableInvoker invoker, Object instance,
      Class<? extends java.lang.annotation.Annotation> annotation, HierarchyTraversalMode order) throws Throwable {
    for (Method method : AnnotationSupport.findAnnotatedMethods(instance.getClass(), annotation, order)) {
      if (session.isGivenUp()) {
        return;
      }
      session.run(() -> invoker.invoke(method, instance));
    }
  }

  // --- parameters ---

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Runner.class || type == EventLoop.class || type == VirtualClock.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    try {
      Runner runner = session.runner();
      Class<?> type = parameter.getParameter().getType();
      return type == Runner.class
          ? runner
          : type == EventLoop.class
              ? runner.loop()
              : VirtualClock.of(runner.loop());
    } catch (Throwable thrown) {
      throw new ParameterResolutionException("no Runner for " + parameter.getParameter(), thrown);
    }
  }
}
