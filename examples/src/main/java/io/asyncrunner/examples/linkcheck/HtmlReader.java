package io.asyncrunner.examples.linkcheck;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import org.jspecify.annotations.Nullable;

/** Finds the links and anchors of HTML. */
final class HtmlReader {
  /** Which attribute of which element is a link. */
  private static final Map<String, String> ATTRIBUTES = Map.ofEntries(
      Map.entry("a", "href"), Map.entry("area", "href"), Map.entry("link", "href"), Map.entry("img", "src"),
      Map.entry("script", "src"), Map.entry("iframe", "src"), Map.entry("source", "src"), Map.entry("audio", "src"),
      Map.entry("video", "src"), Map.entry("track", "src"), Map.entry("embed", "src"), Map.entry("object", "data"));

  private final Source source;
  private URI base;
  final List<Link> links = new ArrayList<>();
  final Set<String> anchors = new LinkedHashSet<>();

  HtmlReader(Source source) {
    this.source = source;
    this.base = source.uri();
  }

  Document read(byte[] bytes, @Nullable String charset) throws IOException {
    Parser parser = Parser.htmlParser().setTrackPosition(true);
    org.jsoup.nodes.Document html = Jsoup.parse(new ByteArrayInputStream(bytes), supported(charset), "", parser);
    Element baseElement = html.selectFirst("base[href]");
    if (baseElement != null
        && Target.of(baseElement.attr("href"), base, source.root()) instanceof Target.Resource resource) {
      base = resource.uri();
    }
    collect(html, 1);
    return new Document(links, anchors);
  }

  /** Collects from HTML that is part of a Markdown document, and begins there on {@code firstLine}. */
  void readFragment(String fragment, int firstLine) {
    Parser parser = Parser.htmlParser().setTrackPosition(true);
    collect(Jsoup.parse(fragment, "", parser), firstLine);
  }

  private void collect(org.jsoup.nodes.Document html, int firstLine) {
    for (Element element : html.getAllElements()) {
      if (element.hasAttr("id")) {
        anchors.add(element.id());
      }
      if (element.hasAttr("name") && element.normalName().equals("a")) {
        anchors.add(element.attr("name"));
      }
      String attribute = ATTRIBUTES.get(element.normalName());
      if (attribute != null && element.hasAttr(attribute) && !isHint(element)) {
        String text = element.attr(attribute);
        // The attribute, not the element: a tag may go over several lines.
        int line = element.attributes().sourceRange(attribute).nameRange().start().lineNumber();
        Place place = new Place(source.name(), Math.max(line, 1) + firstLine - 1);
        links.add(new Link(text, place, Target.of(text, base, source.root())));
      }
    }
  }

  /** Servers say all sorts of things; of what nobody understands, the page itself may know better. */
  private static @Nullable String supported(@Nullable String charset) {
    try {
      return charset != null && Charset.isSupported(charset) ? charset : null;
    } catch (IllegalCharsetNameException e) {
      return null;
    }
  }

  /** These name a host to be prepared for, which need not have a page. */
  private static boolean isHint(Element element) {
    return element.normalName().equals("link")
        && element.attr("rel").toLowerCase(Locale.ROOT).matches(".*(preconnect|dns-prefetch).*");
  }
}
