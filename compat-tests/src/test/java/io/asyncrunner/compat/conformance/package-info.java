/** What the Runner does with signals and interrupts beyond what CPython's tests ask, on every kind of loop. */
package io.asyncrunner.compat.conformance;
