package io.asyncrunner.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DocumentTest {
  private static final Source SOURCE = new Source("doc", URI.create("file:///site/docs/doc"), Path.of("/site"));

  private static Document html(String text) throws IOException {
    return Document.parse(text.getBytes(StandardCharsets.UTF_8), null, Document.Type.HTML, SOURCE);
  }

  private static Document markdown(String text) throws IOException {
    return Document.parse(text.getBytes(StandardCharsets.UTF_8), null, Document.Type.MARKDOWN, SOURCE);
  }

  /** Line and target of each link. */
  private static List<String> found(Document document) {
    return document.links().stream().map(link -> link.place().line() + " " + link.target()).toList();
  }

  // --- HTML ---

  @Test
  void html_linksOfAllKinds_areFoundWithTheirLines() throws IOException {
    assertThat(found(html("""
        <!doctype html>
        <link rel="stylesheet" href="style.css"><link rel="preconnect" href="https://cdn.example">
        <a href="one.html">one</a> <img src="two.png">
        <a
          class="x"
          href="three.html">three</a>
        <script src="four.js"></script>
        <iframe src="five.html"></iframe>
        <a name="no-link">six</a>
        <!-- <a href="in-a-comment.html"> -->
        """))).containsExactly(
        "2 file:///site/docs/style.css",
        "3 file:///site/docs/one.html",
        "3 file:///site/docs/two.png",
        "6 file:///site/docs/three.html",
        "7 file:///site/docs/four.js",
        "8 file:///site/docs/five.html");
  }

  @Test
  void html_base_isWhereRelativeLinksBegin() throws IOException {
    assertThat(found(html("<base href='https://example.org/a/'><a href='b'>b</a>")))
        .containsExactly("1 https://example.org/a/b");
  }

  @Test
  void html_anchors_areIdsAndNamesOfLinks() throws IOException {
    Document document = html("<h1 id=one>1</h1><a name=two>2</a><input name=three><p id=user-content-four>");
    assertThat(document.anchors()).containsExactlyInAnyOrder("one", "two", "user-content-four");
    assertThat(document.hasAnchor("one")).isTrue();
    assertThat(document.hasAnchor("three")).isFalse();
    assertThat(document.hasAnchor("four")).isTrue();
  }

  @Test
  void hasAnchor_ofTheTopAndOfTextFragments_isTrueEverywhere() throws IOException {
    Document document = html("<p>");
    assertThat(document.hasAnchor("")).isTrue();
    assertThat(document.hasAnchor("top")).isTrue();
    assertThat(document.hasAnchor(":~:text=hello")).isTrue();
    assertThat(document.hasAnchor("nowhere:~:text=hello")).isFalse();
  }

  @Test
  void html_inAnotherEncoding_isReadAsItSays() throws IOException {
    byte[] latin = "<meta charset=iso-8859-1><p id='gr\u00fcn'>".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Document.parse(latin, null, Document.Type.HTML, SOURCE).anchors()).containsExactly("gr\u00fcn");
    byte[] unlabelled = "<p id='gr\u00fcn'>".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Document.parse(unlabelled, "iso-8859-1", Document.Type.HTML, SOURCE).anchors())
        .containsExactly("gr\u00fcn");
  }

  @Test
  void html_inAnUnknownEncoding_isReadAllTheSame() throws IOException {
    byte[] bytes = "<p id=here>".getBytes(StandardCharsets.UTF_8);
    assertThat(Document.parse(bytes, "no-such-charset", Document.Type.HTML, SOURCE).anchors()).containsExactly("here");
    assertThat(Document.parse(bytes, "%%", Document.Type.HTML, SOURCE).anchors()).containsExactly("here");
  }

  // --- Markdown ---

  @Test
  void markdown_linksOfAllKinds_areFoundWithTheirLines() throws IOException {
    assertThat(found(markdown("""
        # Title

        A [link](one.md), an ![image](two.png),
        and a [reference][three] and [four].
        <https://five.example/> and https://six.example/ bare.

        * in a [list](seven.md)
          > in a [quote](eight.md)

        | a [table](nine.md) | x |

        `[code](no.md)`

            [code](no.md)

        [three]: three.md
        [four]: <four file.md> "title"
        """))).containsExactly(
        "3 file:///site/docs/one.md",
        "3 file:///site/docs/two.png",
        "4 file:///site/docs/three.md",
        "4 file:///site/docs/four%20file.md",
        "5 https://five.example/",
        "5 https://six.example/",
        "7 file:///site/docs/seven.md",
        "8 file:///site/docs/eight.md",
        "10 file:///site/docs/nine.md");
  }

  @Test
  void markdown_html_isReadToo() throws IOException {
    Document document = markdown("""
        Some <a href="inline.md" id="x">inline</a>
        HTML.

        <div>
        <a
         href="block.md">block</a>
        </div>
        """);
    assertThat(found(document)).containsExactly("1 file:///site/docs/inline.md", "6 file:///site/docs/block.md");
    assertThat(document.anchors()).containsExactly("x");
  }

  @Test
  void markdown_headings_areAnchors() throws IOException {
    Document document = markdown("""
        # Usage
        ## Usage
        ## Usage 1
        Usage
        -----
        ### The `run` method, *again*
        """);
    assertThat(document.anchors())
        .containsExactly("usage", "usage-1", "usage-1-1", "usage-2", "the-run-method-again");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "Hello World | hello-world",
      "Item 6: the main job! | item-6-the-main-job",
      "a_b-c | a_b-c",
      "C++ & Java -- both | c--java----both",
      "\u00dcber uns | \u00fcber-uns",
      "\u65e5\u672c\u8a9e | \u65e5\u672c\u8a9e",
      "\ud83d\ude80 Start | -start",
  })
  void slug_isWhatGitHubMakes(String heading, String slug) {
    assertThat(MarkdownReader.slug(heading)).isEqualTo(slug);
  }

  // --- what people do not write ---

  @ParameterizedTest
  @EnumSource(Document.Type.class)
  void parse_ofBinaryJunk_ends(Document.Type type) throws IOException {
    byte[] junk = new byte[1 << 20];
    new Random(42).nextBytes(junk);
    assertThat(Document.parse(junk, null, type, SOURCE)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"HTML, <div>", "HTML, <a href=x>", "MARKDOWN, >", "MARKDOWN, '* '", "MARKDOWN, [", "MARKDOWN, ![",
      "MARKDOWN, *a _"})
  void parse_ofEndlessNesting_ends(Document.Type type, String unit) throws IOException {
    byte[] deep = unit.repeat(20_000).getBytes(StandardCharsets.UTF_8);
    assertThat(Document.parse(deep, null, type, SOURCE)).isNotNull();
  }

  @Test
  void read_ofAFileThatIsTooLarge_isRefused(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("large.md");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(Document.MAX_BYTES + 1L);
    }
    assertThatThrownBy(() -> Document.read(Source.file(file)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("larger than 32 MB");
  }

  // --- where documents come from ---

  @Test
  void below_findsDocumentsInOrder_butNotInHiddenFolders(@TempDir Path folder) throws IOException {
    for (String name : List.of("b.md", "a/z.HTML", "a/y.markdown", "a/x.txt", ".git/c.md", "node_modules/d.md", "e")) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.writeString(folder.resolve(name), "x");
    }
    Files.createSymbolicLink(folder.resolve("circle"), folder);
    assertThat(Source.below(folder)).extracting(source -> folder.relativize(Path.of(source.name())).toString())
        .containsExactly("a/y.markdown", "a/z.HTML", "b.md");
    assertThat(Source.below(folder.resolve("circle"))).hasSize(3);
  }
}
