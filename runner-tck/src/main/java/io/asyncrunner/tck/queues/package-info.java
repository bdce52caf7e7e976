/** {@code test_queues.py}. */
package io.asyncrunner.tck.queues;
