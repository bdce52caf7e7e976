package io.asyncrunner.examples.linkcheck;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A document that has not been read yet.
 *
 * @param name what a person calls it
 * @param uri a file, or a web page
 * @param root where {@code /absolute} links of a file begin; {@code null} for a web page
 */
record Source(String name, URI uri, @Nullable Path root) {

  static Source page(URI uri) {
    return new Source(uri.toString(), uri, null);
  }

  static Source file(Path file, Path root) {
    return new Source(file.normalize().toString(), file.toAbsolutePath().normalize().toUri(), root);
  }

  /** A file by itself: its folder counts as the root of its site. */
  static Source file(Path file) {
    return file(file, Objects.requireNonNull(file.toAbsolutePath().normalize().getParent(), "a file is in a folder"));
  }

  /** What is to be read at a path. Blocks. */
  static List<Source> at(Path path) throws IOException {
    return Files.isDirectory(path) ? below(path) : List.of(file(path));
  }

  /** All Markdown and HTML files below a folder, in the order of their names, without hidden folders. Blocks. */
  static List<Source> below(Path folder) throws IOException {
    Path root = folder.toAbsolutePath().normalize();
    Path start = Files.isSymbolicLink(folder) ? folder.toRealPath() : folder; // no other link to a folder is followed
    List<Source> sources = new ArrayList<>();
    Files.walkFileTree(start, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
        boolean visit = directory.equals(start) || !isIgnored(String.valueOf(directory.getFileName()));
        return visit ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (Files.isRegularFile(file) && Document.Type.ofName(file.toString()) != null) {
          sources.add(file(file, root));
        }
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFileFailed(Path file, IOException unreadable) {
        // Kept, so that reading it fails, and the report names it.
        sources.add(file(file, root));
        return FileVisitResult.CONTINUE;
      }
    });
    sources.sort(Comparator.comparing(Source::name));
    return sources;
  }

  private static boolean isIgnored(String folder) {
    return folder.startsWith(".") || folder.equals("node_modules");
  }
}
