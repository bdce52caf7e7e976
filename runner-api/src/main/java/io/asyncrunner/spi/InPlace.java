package io.asyncrunner.spi;

/**
 * Marks a callback that a loop may call on its bare thread: it does not block, calls no user code, takes no lock and does
 * not log. Other callbacks run on a fiber, where they may do all that; one that is in place saves the switch to it.
 *
 * <p>For what is built on the contract, such as timeouts and sleeping: {@code (Runnable & InPlace) () -> …}. To mark
 * anything else is an error that can hang the loop.
 */
public interface InPlace {}
