package io.asyncrunner.tck.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.ContextVar;
import io.asyncrunner.Coroutine;
import io.asyncrunner.tck.Conformance;
import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@code DecimalContextTest} of {@code test_context.py}; Python's decimal context is a {@link MathContext} in a
 * variable.
 */
public abstract class DecimalContextTest extends PortedTests {
  private static final ContextVar<MathContext> DECIMAL = ContextVar.withDefault("decimal", MathContext.DECIMAL128);

  protected DecimalContextTest(LoopSource source) {
    super(source);
  }

  @Test
  @Conformance("test_context.DecimalContextTest.test_asyncio_task_decimal_context")
  void test_asyncio_task_decimal_context() {
    List<List<BigDecimal>> results = run(() -> Async.gather(fractions(10, 3, 1, 3), fractions(20, 6, 1, 3)));

    assertThat(results).containsExactly(
        List.of(new BigDecimal("0.333"), new BigDecimal("0.111")),
        List.of(new BigDecimal("0.333333"), new BigDecimal("0.111111")));
    assertThat(DECIMAL.get()).isEqualTo(MathContext.DECIMAL128);
  }

  private static Coroutine<List<BigDecimal>, RuntimeException> fractions(long millis, int precision, int x, int y) {
    return () -> {
      ContextVar.Token token = DECIMAL.set(new MathContext(precision));
      try {
        BigDecimal before = quotient(x, y);
        Async.sleep(Duration.ofMillis(millis));
        BigDecimal after = quotient(x, y * y);
        return List.of(before, after);
      } finally {
        DECIMAL.reset(token);
      }
    };
  }

  private static BigDecimal quotient(int x, int y) {
    return BigDecimal.valueOf(x).divide(BigDecimal.valueOf(y), DECIMAL.get());
  }
}
