package io.asyncrunner.spi;

import io.asyncrunner.EventLoopFactory;
import org.jspecify.annotations.Nullable;

/**
 * Offers a loop factory to {@link io.asyncrunner.Runner#create()}, found by {@link java.util.ServiceLoader}: first by the
 * thread's context class loader, then by that of the library. Of the available providers the one with the highest
 * priority is taken.
 */
public interface EventLoopProvider {
  /**
   * What the provider calls itself in messages.
   *
   * @return a short name
   */
  String name();

  /**
   * How much it wants to be chosen: platform threads 0, virtual threads 100.
   *
   * @return the priority; higher wins, and equal priorities are decided by name
   */
  int priority();

  /**
   * Why it cannot be used in this JVM.
   *
   * @return one sentence, or {@code null} if it can be used
   */
  @Nullable String unavailableReason();

  /**
   * Its loop factory; only asked for if it is available.
   *
   * @return the factory
   */
  EventLoopFactory factory();

  /**
   * What the coroutines of its loops run on, for loops that are put together otherwise; only asked for if it is available.
   *
   * @return the kind of fiber that its factory would use if it made a loop on the calling thread; {@code null} if its fibers
   *     cannot be had without its loops
   */
  default @Nullable FiberFactory fibers() {
    return null;
  }

  /**
   * The provider that {@link io.asyncrunner.Runner#create()} takes.
   *
   * @return the best of those that are available
   * @throws IllegalStateException if there is none, naming those that are not available, and why
   */
  static EventLoopProvider best() {
    return Providers.best();
  }
}
