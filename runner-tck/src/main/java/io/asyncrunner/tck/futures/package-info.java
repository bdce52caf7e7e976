/** {@code test_futures.py}. */
package io.asyncrunner.tck.futures;
