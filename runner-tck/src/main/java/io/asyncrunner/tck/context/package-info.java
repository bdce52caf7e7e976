/** {@code test_context.py}. */
package io.asyncrunner.tck.context;
