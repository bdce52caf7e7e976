package io.asyncrunner.examples.linkcheck;

import org.jspecify.annotations.Nullable;

/** What was found where a link points. */
sealed interface Answer {
  /**
   * Something is there.
   *
   * @param document what it says, if that was asked for and is Markdown or HTML
   * @param note what a person should know about it; may be empty
   */
  record Found(@Nullable Document document, String note) implements Answer {}

  /**
   * Nothing is there.
   *
   * @param reason for a person
   * @param passing whether it may be different in a moment
   */
  record Failed(String reason, boolean passing) implements Answer {}
}
