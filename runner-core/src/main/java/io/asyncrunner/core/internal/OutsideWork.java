package io.asyncrunner.core.internal;

import org.jspecify.annotations.Nullable;

/**
 * Work for a loop that runs elsewhere.
 *
 * @param what a few words
 * @param thread what runs it, or {@code null} while nothing does
 */
public record OutsideWork(String what, @Nullable Thread thread) {}
