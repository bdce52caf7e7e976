/** {@code test_threads.py}. */
package io.asyncrunner.tck.threads;
