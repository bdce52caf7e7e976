package io.asyncrunner.examples.linkcheck;

/**
 * A link, as it is written in a document.
 *
 * @param text as written
 * @param place where
 * @param target what it points to
 */
record Link(String text, Place place, Target target) {}
