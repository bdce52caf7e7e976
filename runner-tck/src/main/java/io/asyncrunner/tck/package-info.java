/** The conformance kit, as those see it who write loop factories. */
@NullMarked
package io.asyncrunner.tck;

import org.jspecify.annotations.NullMarked;
