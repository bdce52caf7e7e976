/** The engine's door: {@link io.asyncrunner.core.EventLoops} puts loops together. */
package io.asyncrunner.core;
