/**
 * CPython's own tests of asyncio, ported one by one.
 *
 * <p>A class of CPython's is a class here, its name followed by {@code Test}; a test method has the name it has there,
 * and its full name in {@link Conformance}. Each test is run on every kind of loop.
 */
package io.asyncrunner.compat.conformance;
