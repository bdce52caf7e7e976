/** What the modules of this project share with the engine; not API. */
package io.asyncrunner.core.internal;
