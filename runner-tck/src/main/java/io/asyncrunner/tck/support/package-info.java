/** What the ported tests share. */
@NullMarked
package io.asyncrunner.tck.support;

import org.jspecify.annotations.NullMarked;
