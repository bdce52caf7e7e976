package io.asyncrunner.examples.linkcheck;

/**
 * What became of checking a link.
 *
 * @param kind whether it is good
 * @param detail why not; or, for a good one, a note about it; may be empty
 */
record Verdict(Kind kind, String detail) {
  enum Kind {
    OK,
    BROKEN,
    SKIPPED
  }

  static Verdict ok(String note) {
    return new Verdict(Kind.OK, note);
  }

  static Verdict broken(String reason) {
    return new Verdict(Kind.BROKEN, reason);
  }

  static Verdict skipped(String reason) {
    return new Verdict(Kind.SKIPPED, reason);
  }
}
