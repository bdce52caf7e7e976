package io.asyncrunner.examples.linkcheck;

/**
 * Where something is written.
 *
 * @param document the document's name, as a person knows it
 * @param line counted from 1; 0 if there are no lines
 */
record Place(String document, int line) {
  @Override
  public String toString() {
    return line == 0 ? document : document + ":" + line;
  }
}
