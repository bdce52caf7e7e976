package io.asyncrunner.spi;

/**
 * Marks a callback, {@link Runnable} or {@link java.util.function.Consumer}, that is not called on behalf of whoever gave it to the
 * loop: {@linkplain io.asyncrunner.ContextPropagator propagated values} are not carried into it, and so nothing that a propagator does
 * can keep it from being called. For what is built on the contract; {@link InPlace} callbacks are detached anyway.
 */
public interface Detached {}
