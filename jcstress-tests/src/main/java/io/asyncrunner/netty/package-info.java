/** Stress tests of the places where threads meet; in the package of what they test, to reach it. */
@org.jspecify.annotations.NullMarked
package io.asyncrunner.netty;
