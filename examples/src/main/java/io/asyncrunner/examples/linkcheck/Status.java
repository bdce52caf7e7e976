package io.asyncrunner.examples.linkcheck;

import java.util.Map;

/** What the numbers of HTTP mean. */
final class Status {
  private static final Map<Integer, String> NAMES = Map.ofEntries(
      Map.entry(400, "Bad Request"), Map.entry(401, "Unauthorized"), Map.entry(403, "Forbidden"),
      Map.entry(404, "Not Found"), Map.entry(405, "Method Not Allowed"), Map.entry(410, "Gone"),
      Map.entry(429, "Too Many Requests"), Map.entry(500, "Internal Server Error"), Map.entry(501, "Not Implemented"),
      Map.entry(502, "Bad Gateway"), Map.entry(503, "Service Unavailable"), Map.entry(504, "Gateway Timeout"));

  private Status() {}

  static String describe(int status) {
    String name = NAMES.get(status);
    return name == null ? "HTTP status " + status : status + " " + name;
  }
}
