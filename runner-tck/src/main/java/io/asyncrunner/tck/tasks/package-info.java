/** {@code test_tasks.py}. */
package io.asyncrunner.tck.tasks;
