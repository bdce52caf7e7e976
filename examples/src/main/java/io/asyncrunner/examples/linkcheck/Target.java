package io.asyncrunner.examples.linkcheck;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a link points to. Equal targets are checked once. */
sealed interface Target {
  /**
   * Something that can be looked at.
   *
   * @param uri a file, or a web page; without a fragment
   * @param fragment the anchor in it, decoded; empty for none
   */
  record Resource(URI uri, String fragment) implements Target {
    boolean isFile() {
      return "file".equals(uri.getScheme());
    }

    @Override
    public String toString() {
      return fragment.isEmpty() ? uri.toString() : uri + "#" + fragment;
    }
  }

  /** Something that cannot be looked at, such as a {@code mailto:} link. */
  record Unchecked(String text, String reason) implements Target {
    @Override
    public String toString() {
      return text;
    }
  }

  /** Something that is wrong as it is written. */
  record Invalid(String text, String reason) implements Target {
    @Override
    public String toString() {
      return text;
    }
  }

  Pattern SCHEME = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*):");
  Pattern HOST = Pattern.compile("((?:https?:)?//)([^/?#:@\\[\\]]+)(.*)", Pattern.CASE_INSENSITIVE);

  /**
   * Understands a link as browsers do.
   *
   * @param written the link
   * @param base where it is written, or what the document's {@code <base>} says
   * @param root where {@code /absolute} links of a file begin; {@code null} for a web page
   * @return never fails: what cannot be understood is {@link Invalid}
   */
  static Target of(String written, URI base, @Nullable Path root) {
    String text = written.replaceAll("[\\t\\r\\n]", "").strip();
    Matcher scheme = SCHEME.matcher(text);
    boolean absolute = scheme.lookingAt();
    if (absolute && !scheme.group(1).toLowerCase(Locale.ROOT).matches("https?|file")) {
      return new Unchecked(text, scheme.group() + " links are not checked");
    }
    try {
      URI uri = absolute ? new URI(encoded(text)) : relative(encoded(text), base, root);
      String fragment = uri.getFragment() == null ? "" : uri.getFragment();
      if ("file".equalsIgnoreCase(uri.getScheme())) {
        if (!"file".equals(base.getScheme())) {
          return new Invalid(text, "a file: link works on one machine only");
        }
        return new Resource(Path.of(URI.create(uri.toString().replaceFirst("[?#].*", ""))).normalize().toUri(),
            fragment);
      }
      if (uri.getHost() == null) {
        return new Invalid(text, "no valid host name");
      }
      return new Resource(page(uri), fragment);
    } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
      return new Invalid(text, "not a valid URL: " + reason(e));
    }
  }

  /** Without the URL itself, which the report shows anyway. */
  private static @Nullable String reason(Exception e) {
    return switch (e) {
      case URISyntaxException syntax -> syntax.getReason();
      case InvalidPathException path -> path.getReason();
      default -> e.getMessage();
    };
  }

  /** A web page's URI without its fragment, and with a path: {@code http://host} and {@code http://host/} are the same. */
  static URI page(URI uri) {
    String text = uri.toString().replaceFirst("#.*", "");
    return URI.create(uri.getRawPath().isEmpty() ? text.replaceFirst("(?=\\?|$)", "/") : text);
  }

  /** {@link URI#resolve} follows an old RFC: what has changed since is done here. */
  private static URI relative(String text, URI base, @Nullable Path root) throws URISyntaxException {
    if (text.isEmpty()) {
      return base;
    }
    if (text.startsWith("?")) {
      return new URI(base.toString().replaceFirst("[?#].*", "") + text);
    }
    if (text.startsWith("//") && root != null) { // a web page's scheme, but this is a file
      return new URI("https:" + text);
    }
    if (text.startsWith("/") && root != null) {
      return URI.create(root.toUri().toString().replaceFirst("/?$", "/")).resolve(new URI("./" + text.substring(1)));
    }
    return base.resolve(new URI(text));
  }

  /** Writes in ASCII what people write otherwise: spaces, umlauts, and host names with umlauts. */
  private static String encoded(String text) {
    Matcher host = HOST.matcher(text);
    String ascii = host.matches() ? host.group(1) + IDN.toASCII(host.group(2)) + host.group(3) : text;
    StringBuilder encoded = new StringBuilder();
    for (byte unit : ascii.getBytes(StandardCharsets.UTF_8)) {
      if (unit <= ' ' || unit == 127 || "\"<>\\^`{|}".indexOf(unit) >= 0) {
        encoded.append(String.format("%%%02X", unit));
      } else {
        encoded.append((char) unit);
      }
    }
    return encoded.toString();
  }
}
