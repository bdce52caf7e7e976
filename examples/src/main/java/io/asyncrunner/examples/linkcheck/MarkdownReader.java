package io.asyncrunner.examples.linkcheck;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.commonmark.ext.autolink.AutolinkExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;

/** Finds the links and anchors of Markdown, those in embedded HTML too. */
final class MarkdownReader extends AbstractVisitor {
  private static final Parser PARSER = Parser.builder()
      .extensions(List.of(AutolinkExtension.create())) // bare URLs, as GitHub has them
      .includeSourceSpans(IncludeSourceSpans.BLOCKS_AND_INLINES)
      .maxOpenBlockParsers(100) // a visitor is as deep as the document
      .maxInlineNesting(100)
      .build();

  private final Source source;
  private final HtmlReader html; // collects for both, so that the links stay in order

  MarkdownReader(Source source) {
    this.source = source;
    this.html = new HtmlReader(source);
  }

  Document read(byte[] bytes) {
    PARSER.parse(new String(bytes, StandardCharsets.UTF_8)).accept(this);
    return new Document(html.links, html.anchors);
  }

  @Override
  public void visit(org.commonmark.node.Link link) {
    add(link.getDestination(), link);
    visitChildren(link);
  }

  @Override
  public void visit(Image image) {
    add(image.getDestination(), image);
    visitChildren(image);
  }

  @Override
  public void visit(HtmlBlock block) {
    html.readFragment(block.getLiteral(), line(block));
  }

  @Override
  public void visit(HtmlInline tag) {
    html.readFragment(tag.getLiteral(), line(tag));
  }

  @Override
  public void visit(Heading heading) {
    String slug = slug(text(heading));
    String anchor = slug;
    for (int i = 1; !html.anchors.add(anchor); i++) { // a second "Usage" is "usage-1"
      anchor = slug + "-" + i;
    }
    visitChildren(heading);
  }

  private void add(String text, Node node) {
    Place place = new Place(source.name(), line(node));
    html.links.add(new Link(text, place, Target.of(text, source.uri(), source.root())));
  }

  /** A heading's anchor, as GitHub makes it. */
  static String slug(String heading) {
    return heading.strip().toLowerCase(Locale.ROOT).replaceAll("(?U)[^\\w\\- ]", "").replace(' ', '-');
  }

  private static String text(Node parent) {
    StringBuilder text = new StringBuilder();
    for (Node child = parent.getFirstChild(); child != null; child = child.getNext()) {
      text.append(switch (child) {
        case Text literal -> literal.getLiteral();
        case Code code -> code.getLiteral();
        case SoftLineBreak _ -> " ";
        default -> text(child);
      });
    }
    return text.toString();
  }

  /** The line of a node; one without a position is where what it stands in begins. */
  private static int line(Node node) {
    for (Node at = node; at != null; at = at.getParent()) {
      if (!at.getSourceSpans().isEmpty()) {
        return at.getSourceSpans().getFirst().getLineIndex() + 1;
      }
    }
    return 0;
  }
}
