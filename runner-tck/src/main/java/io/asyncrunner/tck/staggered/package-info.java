/** {@code test_staggered.py}. */
package io.asyncrunner.tck.staggered;
