package io.asyncrunner.tck.futures;

import io.asyncrunner.tck.support.LoopSource;
import io.asyncrunner.tck.support.PortedTests;

/** {@code BaseFutureDoneCallbackTests} of {@code test_futures.py}. */
public abstract class BaseFutureDoneCallbackTests extends PortedTests {
  protected BaseFutureDoneCallbackTests(LoopSource source) {
    super(source);
  }
}
