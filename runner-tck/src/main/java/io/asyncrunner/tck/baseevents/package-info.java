/** {@code test_base_events.py}. */
package io.asyncrunner.tck.baseevents;
