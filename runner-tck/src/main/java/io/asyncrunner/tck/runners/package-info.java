/** {@code test_runners.py}. */
package io.asyncrunner.tck.runners;
