/** {@code test_locks.py}. */
package io.asyncrunner.tck.locks;
