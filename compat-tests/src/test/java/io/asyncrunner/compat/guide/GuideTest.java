package io.asyncrunner.compat.guide;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collector;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every block of Java in the guide, in the README and in the Javadoc stands in one of the sources beside this, or among
 * runner-test's ten bugs, or in the selector loop of the examples, between {@code // @start region=…} and {@code // @end}, so that it has been compiled and run. Regions
 * of one name are read as one.
 */
class GuideTest {
  static final Path ROOT = root();
  private static final List<Path> SOURCES = List.of(
      ROOT.resolve("compat-tests/src/test/java/io/asyncrunner/compat/guide"),
      ROOT.resolve("runner-test/src/test/java/io/asyncrunner/demo"),
      ROOT.resolve("examples/selector-loop/src/main/java/com/example/selectorloop"),
      ROOT.resolve("examples/selector-loop/src/test/java/com/example/selectorloop"));
  private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```java\\n(.*?)\\n *```$");
  private static final Pattern JAVADOC_BLOCK = Pattern.compile("(?ms)^ *\\* <pre>\\{@code\\n(.*?)\\}</pre>$");
  private static final Pattern REGION = Pattern.compile("(?ms)^ *// @start region=(\\S+)\\n(.*?)\\n *// @end$");

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("docs/guide"))) {
      folder = Objects.requireNonNull(folder.getParent(), "docs/guide is not above the working directory");
    }
    return folder;
  }

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(filesIn(ROOT.resolve("docs/guide"), ".md"));
    pages.add(ROOT.resolve("README.md"));
    pages.add(ROOT.resolve("docs/caveats.md"));
    return pages;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void javaBlocks_standInARegionOfTheSources(Path page) throws IOException {
    Collection<String> regions = regions();
    List<String> unknown = matches(BLOCK, page).map(block -> block.group(1).stripIndent())
        .filter(block -> regions.stream().noneMatch(region -> region.contains(block)))
        .toList();
    assertThat(unknown).as("blocks of %s that are in no region of %s", page, SOURCES).isEmpty();
  }

  static Stream<Path> sourcesOfTheApi() throws IOException {
    Path api = ROOT.resolve("runner-api/src/main/java/io/asyncrunner");
    return Stream.concat(filesIn(api, ".java").stream(), filesIn(api.resolve("sync"), ".java").stream());
  }

  @ParameterizedTest
  @MethodSource("sourcesOfTheApi")
  void javadocBlocks_standInARegionOfTheSources(Path source) throws IOException {
    Collection<String> regions = regions();
    List<String> unknown = matches(JAVADOC_BLOCK, source).map(block -> block.group(1))
        .filter(block -> !block.contains("+--")) // a diagram
        .map(block -> block.replaceAll("(?m)^ *\\* ?", "").stripTrailing())
        .filter(block -> regions.stream().noneMatch(region -> region.contains(block)))
        .toList();
    assertThat(unknown).as("blocks of %s that are in no region of %s", source, SOURCES).isEmpty();
  }

  private static Collection<String> regions() throws IOException {
    List<String> regions = new ArrayList<>();
    for (Path folder : SOURCES) {
      for (Path source : filesIn(folder, ".java")) {
        regions.addAll(matches(REGION, source)
            .collect(groupingBy(region -> region.group(1), joinedRegions()))
            .values());
      }
    }
    return regions;
  }

  private static Collector<MatchResult, ?, String> joinedRegions() {
    return mapping(region -> region.group(2).stripIndent(), joining("\n"));
  }

  private static Stream<MatchResult> matches(Pattern pattern, Path file) throws IOException {
    return pattern.matcher(Files.readString(file)).results();
  }

  private static List<Path> filesIn(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  @Test
  void hello_printsTheAnswers() {
    PrintStream before = System.out;
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
    try {
      Hello.main(new String[0]);
    } finally {
      System.setOut(before);
    }
    assertThat(output.toString(StandardCharsets.UTF_8)).contains("[A, B, C]");
  }
}
