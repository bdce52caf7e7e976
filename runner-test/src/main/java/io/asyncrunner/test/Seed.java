package io.asyncrunner.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Runs a {@link RunnerTest} with one seed, that of a failure of {@link Seeds}; shows the interleaving if it fails. */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Execution(ExecutionMode.SAME_THREAD)
public @interface Seed {
  /**
   * The seed.
   *
   * @return any number
   */
  long value();
}
