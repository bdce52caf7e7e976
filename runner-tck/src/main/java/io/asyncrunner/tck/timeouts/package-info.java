/** {@code test_timeouts.py}. */
package io.asyncrunner.tck.timeouts;
