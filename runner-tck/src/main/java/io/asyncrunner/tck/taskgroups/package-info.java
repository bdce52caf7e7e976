/** {@code test_taskgroups.py}. */
package io.asyncrunner.tck.taskgroups;
