package io.asyncrunner.examples.linkcheck;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How to check.
 *
 * @param perHost how many requests one host may have to answer at once
 * @param limit how many requests may be under way at once, to all hosts together
 * @param timeout how long each answer may take
 * @param retries how often a request that failed is repeated
 * @param backoff the pause before the first repetition; it doubles with each
 * @param redirects how many redirects are followed
 * @param anchors whether {@code #fragments} are checked too
 * @param exclude links that match one of these are not checked
 */
record Settings(int perHost, int limit, Duration timeout, int retries, Duration backoff, int redirects, boolean anchors,
    List<Pattern> exclude) {
  static final Settings DEFAULT = new Settings(4, 64, Duration.ofSeconds(10), 2, Duration.ofMillis(500), 10, true,
      List.of());

  boolean isExcluded(String url) {
    return exclude.stream().anyMatch(pattern -> pattern.matcher(url).find());
  }
}
