/**
 * Structured concurrency on one event loop: run direct-style coroutines from ordinary code with a
 * {@link io.asyncrunner.Runner}, and let nothing leak.
 *
 * <p>No method here takes or returns {@code null} unless it is marked so; {@code null} where it is not allowed is refused
 * with a {@link java.lang.NullPointerException} that names the parameter.
 */
package io.asyncrunner;
