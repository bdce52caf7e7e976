/** {@code test_futures2.py}. */
package io.asyncrunner.tck.futures2;
