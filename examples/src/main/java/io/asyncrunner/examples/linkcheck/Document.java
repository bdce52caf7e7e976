package io.asyncrunner.examples.linkcheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A document, as far as a link checker reads it.
 *
 * @param links in the order in which they are written
 * @param anchors what a {@code #fragment} may name
 */
record Document(List<Link> links, Set<String> anchors) {
  /** No document that a person reads is larger; the parsers hold the whole of it in memory. */
  static final int MAX_BYTES = 32 << 20;

  enum Type {
    MARKDOWN,
    HTML;

    /** The type of a file, by its name; {@code null} if it is neither. */
    static @Nullable Type ofName(String name) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (lower.endsWith(".md") || lower.endsWith(".markdown")) {
        return MARKDOWN;
      }
      return lower.endsWith(".html") || lower.endsWith(".htm") || lower.endsWith(".xhtml") ? HTML : null;
    }

    /** The type of a web page, by what the server says; {@code null} if it is neither. */
    static @Nullable Type ofContentType(String contentType) {
      String lower = contentType.toLowerCase(Locale.ROOT);
      if (lower.startsWith("text/html") || lower.startsWith("application/xhtml+xml")) {
        return HTML;
      }
      return lower.startsWith("text/markdown") ? MARKDOWN : null;
    }
  }

  /** Reads a file. What is not called HTML is taken for Markdown. Blocks. */
  static Document read(Source source) throws IOException {
    Path file = Path.of(source.uri());
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException("larger than " + (MAX_BYTES >> 20) + " MB");
    }
    Type type = Type.ofName(file.toString());
    return parse(Files.readAllBytes(file), null, type == null ? Type.MARKDOWN : type, source);
  }

  /**
   * Finds the links and anchors of a document.
   *
   * @param charset what the server says about the characters of an HTML page; {@code null} if it says nothing
   */
  static Document parse(byte[] bytes, @Nullable String charset, Type type, Source source) throws IOException {
    return switch (type) {
      case HTML -> new HtmlReader(source).read(bytes, charset);
      case MARKDOWN -> new MarkdownReader(source).read(bytes);
    };
  }

  /** Tells whether a browser would find the place that a fragment names. */
  boolean hasAnchor(String fragment) {
    String name = fragment.replaceFirst(":~:.*", ""); // "scroll to this text": not the document's business
    return name.isEmpty()
        || name.equalsIgnoreCase("top")
        || anchors.contains(name)
        || anchors.contains("user-content-" + name); // GitHub writes this in front of the names in its pages
  }
}
