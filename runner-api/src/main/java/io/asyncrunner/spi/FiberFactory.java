package io.asyncrunner.spi;

/**
 * A kind of fiber. Stateless; serves any number of loops.
 */
@FunctionalInterface
public interface FiberFactory {
  /**
   * Makes the fibers of one loop.
   *
   * @param host the loop
   * @return what makes and switches its fibers
   */
  Fibers attach(FiberHost host);
}
