package io.asyncrunner.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Runs a {@link RunnerTest} once in the usual order, then with the seeds from 1 on, until it fails. The failure names the seed,
 * which is the smallest that fails, and shows the interleaving as a table, shrunk to the fewest switches that were found.
 *
 * <p>Shrinking runs the test again, with a new instance of its class, but without what other extensions do to it.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Execution(ExecutionMode.SAME_THREAD)
public @interface Seeds {
  /**
   * How many seeds.
   *
   * @return the number, at least 1
   */
  int value();
}
