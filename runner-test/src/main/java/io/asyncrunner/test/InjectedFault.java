package io.asyncrunner.test;

/** What a wait throws at the suspension point at which {@link SimulatedLoops#failingAt} makes it fail. */
public final class InjectedFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InjectedFault(String message) {
    super(message);
  }
}
