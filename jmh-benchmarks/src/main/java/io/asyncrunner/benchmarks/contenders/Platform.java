package io.asyncrunner.benchmarks.contenders;

import io.asyncrunner.core.PlatformThreadLoops;

/** This library's loop on platform threads. */
final class Platform extends OwnLoop {
  Platform() {
    super(PlatformThreadLoops.factory());
  }

  @Override
  public boolean isOutsideHeap() {
    return true;
  }
}
