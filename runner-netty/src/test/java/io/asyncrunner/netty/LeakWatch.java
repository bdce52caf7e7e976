package io.asyncrunner.netty;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Has buffers watched from the beginning, whichever test class comes first: registered for all of them. */
public final class LeakWatch implements BeforeAllCallback {
  /** For JUnit. */
  public LeakWatch() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    Leaks.watch();
  }
}
