package io.asyncrunner.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Runs a {@link RunnerTest} again and again, letting the wait at the first suspension point throw an {@link InjectedFault}, then
 * that at the second, and so on, until it fails or has fewer. Those of all tasks count but the test's own.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Execution(ExecutionMode.SAME_THREAD)
public @interface FailEverywhere {}
