package io.asyncrunner.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs as a task: the method, and what is annotated {@code @BeforeEach} and {@code @AfterEach}, run in one task of
 * one {@code Runner} with one context, on a simulated loop with a virtual clock. Parameters may be the {@code Runner}, the
 * {@code EventLoop} and the {@link VirtualClock}.
 *
 * <pre>{@code
 * @RunnerTest
 * void fetch_serverThatHangs_timesOut(VirtualClock clock) {
 *   assertThrows(DeadlineExceededException.class, () -> fetch(URI.create("test:hangs")));
 *   assertEquals(Duration.ofSeconds(30), clock.elapsed()); // at once, in real time
 * }
 * }</pre>
 *
 * <p>It fails, besides by what it throws, for: tasks that are not done at its end; exceptions of tasks and futures that nobody
 * asked for, and all else that is reported to the loop's exception handler, such as what makes it depend on real time; threads
 * that it has started and that do not end (not where tests run concurrently: they could be another's); a {@link DeadlockError};
 * and by taking too long in real time.
 *
 * <p>With {@link Seeds} it runs in many interleavings, with {@link CancelEverywhere} and {@link FailEverywhere} with a fault at
 * every suspension point.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@TestTemplate
@ExtendWith(RunnerExtension.class)
public @interface RunnerTest {
  /**
   * How long it may take in real time; then it fails, with the list of its tasks.
   *
   * @return seconds
   */
  int limitSeconds() default 60;

  /**
   * Whether it may depend on real time, because it uses sockets, say. What does is then not reported.
   *
   * @return true if it may
   */
  boolean allowRealTime() default false;
}
