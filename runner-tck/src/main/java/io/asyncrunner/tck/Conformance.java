package io.asyncrunner.tck;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names the test of CPython that a test method is the port of. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Conformance {
  /**
   * The row of the manifest.
   *
   * @return module, class and method, as in {@code Lib/test/test_asyncio}: {@code test_runners.RunnerTests.test_run}
   */
  String value();
}
