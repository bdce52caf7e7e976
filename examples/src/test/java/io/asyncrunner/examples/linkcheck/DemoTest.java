package io.asyncrunner.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class DemoTest {
  private final StringWriter out = new StringWriter();

  private int run(Loops loop, String... arguments) {
    return new LinkCheck(loop::newRunner).commandLine().setOut(new PrintWriter(out)).execute(arguments);
  }

  /** What was printed, without what is different each time. */
  private List<String> lines() {
    return out.toString()
        .replaceAll("\\S*demo\\d+/", "")
        .replaceAll("http://127\\.0\\.0\\.1:\\d+", "URL")
        .replaceAll("no answer within \\d+ s", "no answer within some seconds")
        .lines()
        .map(line -> line.replaceAll(" {2,}", " | "))
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void withoutArguments_exactlyWhatIsMeantToBeBroken_isReported(Loops loop) {
    assertThat(run(loop)).isEqualTo(1);
    assertThat(lines()).containsSubsequence(
        "Many of these links are meant to be broken, so the exit code will be 1.",
        "",
        "WHERE | LINK | REASON",
        "notes.md:3 | URL/missing | 404 Not Found",
        "notes.md:7 | #third-thoughts | no anchor #third-thoughts",
        "notes.md:7 | list.md | no such file",
        "page.html:17 | URL/missing | 404 Not Found",
        "page.html:18 | URL/hanging | no answer within some seconds",
        "page.html:19 | URL/failing | 500 Internal Server Error",
        "page.html:20 | URL/hangs-up | connection broken: closed without an answer",
        "page.html:21 | URL/circle | redirects in a circle",
        "page.html:22 | URL/maze | more than 10 redirects",
        "page.html:23 | URL/good#nowhere | no anchor #nowhere",
        "page.html:24 | missing.html | no such file",
        "page.html:25 | #nowhere | no anchor #nowhere",
        "page.html:26 | http://[broken | not a valid URL: Expected closing bracket for IPv6 address",
        "",
        "WHERE | LINK | NOTE",
        "page.html:6 | URL/moved | moved permanently to URL/good",
        "");
    assertThat(lines()).filteredOn(line -> line.contains(".html:") || line.contains(".md:")).hasSize(14);
    assertThat(lines().getLast()).startsWith("26 links in 2 documents: 13 ok, 12 broken in 13 places, 1 skipped (");
  }

  @ParameterizedTest
  @EnumSource
  void verbose_printsALineForEachLink(Loops loop) {
    assertThat(run(loop, "--verbose", "--timeout=2m", "--exclude=/(hanging|maze)$")).isEqualTo(1);
    assertThat(lines()).contains(
        "ok | URL/good",
        "ok | URL/good#here",
        "ok | URL/flaky",
        "broken | URL/missing | (404 Not Found)",
        "skipped URL/hanging | (excluded)",
        "skipped mailto:somebody@example.org | (mailto: links are not checked)");
    assertThat(lines()).filteredOn(line -> line.matches("(ok|broken|skipped) .*")).hasSize(26);
  }
}
