/** {@code test_extras.py}. */
package io.asyncrunner.tck.extras;
