package io.asyncrunner.examples.linkcheck;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them. */
final class Durations {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m)?");

  private Durations() {}

  /** Reads {@code 10}, {@code 10s}, {@code 500ms} or {@code 2m}. */
  static Duration parse(String text) {
    Matcher form = FORM.matcher(text);
    long amount = form.matches() ? Long.parseLong(form.group(1)) : 0;
    if (amount == 0) {
      throw new IllegalArgumentException("expected a time such as 10s, 500ms or 2m");
    }
    return switch (form.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "m" -> Duration.ofMinutes(amount);
      case null, default -> Duration.ofSeconds(amount);
    };
  }

  /** Writes {@code 10 s}, {@code 0.5 s}. */
  static String show(Duration duration) {
    long tenths = duration.toMillis() / 100;
    return tenths % 10 == 0 ? tenths / 10 + " s" : tenths / 10 + "." + tenths % 10 + " s";
  }
}
