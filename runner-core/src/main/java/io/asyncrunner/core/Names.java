package io.asyncrunner.core;

/** Names of tasks, which go into log lines, dumps and the names of threads, and may come from a request. */
final class Names {
  private Names() {}

  /** A name in which whatever would move the cursor, colour a terminal, or begin a line is written as an escape. */
  static String printable(String name) {
    int length = name.length();
    for (int i = 0; i < length; i++) {
      if (!isPrintable(name.charAt(i))) {
        return escaped(name);
      }
    }
    return name;
  }

  private static String escaped(String name) {
    StringBuilder text = new StringBuilder(name.length() + 16);
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (isPrintable(c)) {
        text.append(c);
      } else if (c == '\n') {
        text.append("\\n");
      } else {
        text.append(String.format("\\u%04x", (int) c));
      }
    }
    return text.toString();
  }

  private static boolean isPrintable(char c) {
    if (c < 0x7f) {
      return c >= ' ';
    }
    return c > 0x9f // a control character
        && c != 0x2028 && c != 0x2029 // line and paragraph separators
        && !(c >= 0x202a && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069); // these turn the direction of writing
  }
}
