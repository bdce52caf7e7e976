package io.asyncrunner.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Runs a {@link RunnerTest} in the interleaving of a failure, and shows that if it fails. */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Execution(ExecutionMode.SAME_THREAD)
public @interface Replay {
  /**
   * What the failure showed.
   *
   * @return choices as {@link Choices#parse} reads them
   */
  String value();
}
