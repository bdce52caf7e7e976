/** {@code test_free_threading.py}. */
package io.asyncrunner.tck.freethreading;
