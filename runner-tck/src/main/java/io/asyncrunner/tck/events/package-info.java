/** {@code test_events.py}. */
package io.asyncrunner.tck.events;
