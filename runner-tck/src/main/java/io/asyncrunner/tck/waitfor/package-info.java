/** {@code test_waitfor.py}. */
package io.asyncrunner.tck.waitfor;
