package io.asyncrunner.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
  private static final URI FILE = URI.create("file:///site/docs/page.md");
  private static final URI PAGE = URI.create("http://host/docs/page?q");

  @ParameterizedTest
  @CsvSource(delimiter = '|', nullValues = "-", value = {
      "'' | file:///site/docs/page.md | ''",
      "#here | file:///site/docs/page.md | here",
      "# | file:///site/docs/page.md | ''",
      "other.md | file:///site/docs/other.md | ''",
      "' other.md\t' | file:///site/docs/other.md | ''",
      "./sub/../other.md#x | file:///site/docs/other.md | x",
      "../up.md | file:///site/up.md | ''",
      "/from/root.md?raw=1#x | file:///site/from/root.md | x",
      "a b.md | file:///site/docs/a%20b.md | ''",
      "\u00fc.md#\u00fc | file:///site/docs/%C3%BC.md | \u00fc",
      "%C3%BC.md#%C3%BC | file:///site/docs/%C3%BC.md | \u00fc",
      "file:///etc/hosts | file:///etc/hosts | ''",
      "//example.org/x | https://example.org/x | ''",
      "https://example.org | https://example.org/ | ''",
      "https://example.org?q#f | https://example.org/?q | f",
      "https://m\u00fcller.example/\u00fc | https://xn--mller-kva.example/%C3%BC | ''",
      "http://[::1]:8080/x | http://[::1]:8080/x | ''",
      "http://user@host:81/x | http://user@host:81/x | ''",
  })
  void of_inAFile_isResolved(String text, String uri, String fragment) {
    assertThat(Target.of(text, FILE, Path.of("/site"))).isEqualTo(new Target.Resource(URI.create(uri), fragment));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "'' | http://host/docs/page?q",
      "?r | http://host/docs/page?r",
      "other | http://host/docs/other",
      "/other | http://host/other",
      "//elsewhere/other | http://elsewhere/other",
      "HTTPS://host/a|https://host/a",
      "a|http://host/docs/a",
  })
  void of_inAPage_isResolved(String text, String uri) {
    assertThat(Target.of(text, PAGE, null)).isInstanceOfSatisfying(Target.Resource.class,
        resource -> assertThat(resource.uri().toString()).isEqualToIgnoringCase(uri));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mailto:a@example.org", "javascript:alert('x y')", "data:text/plain,x", "tel:+49-30",
      "FTP://x"})
  void of_otherSchemes_areNotChecked(String text) {
    assertThat(Target.of(text, FILE, Path.of("/"))).isInstanceOfSatisfying(Target.Unchecked.class,
        unchecked -> assertThat(unchecked.reason()).endsWith(": links are not checked"));
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "http://", "http:///x", "http:x", "https://[::1", "https://[broken", "http://host:port/", "100%", "file:x",
      "file://host/x", "bad%00name", "http://under_score/", "http://a b/"})
  void of_nonsense_isInvalid(String text) {
    assertThat(Target.of(text, FILE, Path.of("/"))).isInstanceOf(Target.Invalid.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc/passwd", "FILE:/etc/passwd"})
  void of_aFile_inAPage_isInvalid(String text) {
    assertThat(Target.of(text, PAGE, null)).isInstanceOf(Target.Invalid.class);
  }
}
