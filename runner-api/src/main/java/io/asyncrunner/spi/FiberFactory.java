package io.asyncrunner.spi;

/**
 * A kind of fiber. Stateless; serves any number of loops.
 */
@FunctionalInterface
public interface FiberFactory {
  /**
   * Makes the fibers of one loop. A fiber is known to be one of a loop by its {@link Fiber#host}, so the host goes to
   * {@linkplain Fiber#Fiber fibers} as it is: the loop refuses to use fibers of a host that somebody has wrapped, with an
   * {@link IllegalStateException}. Who wants to look at what another kind does wraps its {@link Fibers}.
   *
   * @param host the loop
   * @return what makes and switches its fibers
   */
  Fibers attach(FiberHost host);
}
