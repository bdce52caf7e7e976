package io.asyncrunner.examples.linkcheck;

import io.asyncrunner.Async;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the documents and checks their links, all at the same time. Its methods are called in tasks of one loop. */
final class Checker {
  /** More would not make the disk faster. */
  private static final int FILES_AT_ONCE = 16;

  /**
   * Not a limit on requests, which {@link Web} has: most of these tasks queue there, so that there is always one for a host
   * that is free. It keeps the memory within bounds when there are a million links.
   */
  private static final int DOCUMENTS_AT_ONCE = 1000;

  private final Web web;
  private final Settings settings;
  private final Report report;
  private final ProgressBar progress;
  private final @Nullable PrintWriter verbose;
  private final Map<URI, Document> documents = new HashMap<>();

  /**
   * Makes a checker.
   *
   * @param report where the findings go, as they come: it is good to be read even if the checking is cut short
   * @param verbose where to print a line for each link; {@code null} for not at all
   */
  Checker(Web web, Settings settings, Report report, ProgressBar progress, @Nullable PrintWriter verbose) {
    this.web = web;
    this.settings = settings;
    this.report = report;
    this.progress = progress;
    this.verbose = verbose;
  }

  /** Checks folders, files and pages. */
  void check(List<Path> paths, List<URI> pages) {
    TaskGroup.run(group -> {
      Task<?> drawing = group.createTask(() -> progress.keepDrawing(web));

      // Two tasks, because files can be read while pages are fetched. If anything here throws, all tasks of the group are
      // cancelled, the progress bar's too, and the exception comes out of the group when they have ended.
      Task<List<Link>> inFiles = group.createTask(() -> readFiles(paths));
      Task<List<Link>> inPages = group.createTask(() -> readPages(pages));
      report.add(inFiles.await());
      report.add(inPages.await());

      checkTargets();
      drawing.cancel();
    });
  }

  // --- reading ---

  private List<Link> readFiles(List<Path> paths) throws IOException {
    Map<URI, Source> sources = new LinkedHashMap<>(); // a file that is named twice is read once
    for (Path path : paths) {
      // Whatever touches files goes to a thread: a disk can be slow, and files hold up the loop on every kind of fiber.
      List<Source> found = Async.toThread(() -> Source.at(path));
      found.forEach(source -> sources.putIfAbsent(source.uri(), source));
    }
    return flat(Async.mapConcurrently(sources.values(), FILES_AT_ONCE, this::readFile));
  }

  private List<Link> readFile(Source source) {
    try {
      Document document = Async.toThread(() -> Document.read(source));
      documents.put(source.uri(), document);
      report.countDocument();
      return document.links();
    } catch (IOException e) {
      return List.of(unreadable(source, describe(e)));
    }
  }

  private List<Link> readPages(List<URI> pages) {
    return flat(Async.mapConcurrently(pages, this::readPage));
  }

  private List<Link> readPage(URI uri) {
    Source source = Source.page(uri);
    return switch (web.get(uri, true)) {
      case Answer.Failed(String reason, _) -> List.of(unreadable(source, reason));
      case Answer.Found(Document document, _) when document != null -> {
        documents.put(uri, document);
        report.countDocument();
        yield document.links();
      }
      case Answer.Found _ -> List.of(unreadable(source, "neither HTML nor Markdown"));
    };
  }

  /** A document that cannot be read counts as a broken link to itself. */
  private static Link unreadable(Source source, String reason) {
    return new Link("(itself)", new Place(source.name(), 0), new Target.Invalid(source.name(), reason));
  }

  private static List<Link> flat(List<List<Link>> lists) {
    return lists.stream().flatMap(List::stream).toList();
  }

  // --- checking ---

  private void checkTargets() {
    // Targets that differ only in their #fragment are in the same document, which is looked at once for all of them.
    Map<URI, List<Target.Resource>> byDocument = new LinkedHashMap<>();
    for (Target target : report.targets()) {
      switch (target) {
        case Target.Unchecked(_, String reason) -> settle(target, Verdict.skipped(reason));
        case Target.Invalid(_, String reason) -> settle(target, Verdict.broken(reason));
        case Target.Resource resource when settings.isExcluded(resource.toString()) ->
          settle(target, Verdict.skipped("excluded"));
        case Target.Resource resource ->
          byDocument.computeIfAbsent(resource.uri(), _ -> new ArrayList<>()).add(resource);
      }
    }
    Async.mapConcurrently(byDocument.values(), DOCUMENTS_AT_ONCE, this::checkTogether);
  }

  /** Checks targets that are in the same document. Their verdicts go to the report. */
  private List<Target.Resource> checkTogether(List<Target.Resource> targets) {
    boolean wantsAnchors = settings.anchors() && targets.stream().anyMatch(target -> !target.fragment().isEmpty());
    Answer answer = find(targets.getFirst(), wantsAnchors);
    for (Target.Resource target : targets) {
      settle(target, verdict(answer, target.fragment()));
    }
    return targets;
  }

  private Answer find(Target.Resource target, boolean wantsAnchors) {
    Document known = documents.get(target.uri());
    if (known != null) {
      return new Answer.Found(known, "");
    }
    return target.isFile()
        ? Async.toThread(() -> findFile(Path.of(target.uri()), wantsAnchors))
        : web.get(target.uri(), wantsAnchors);
  }

  private static Answer findFile(Path path, boolean wantsAnchors) {
    if (!Files.exists(path)) {
      return new Answer.Failed("no such file", false);
    }
    try {
      Path file = Files.isDirectory(path) ? indexOf(path) : path;
      boolean isDocument = Document.Type.ofName(file.toString()) != null;
      return new Answer.Found(wantsAnchors && isDocument ? Document.read(Source.file(file)) : null, "");
    } catch (IOException e) {
      return new Answer.Failed(describe(e), false);
    }
  }

  /** What is shown for a folder. */
  private static Path indexOf(Path folder) {
    for (String name : List.of("index.html", "README.md")) {
      if (Files.exists(folder.resolve(name))) {
        return folder.resolve(name);
      }
    }
    return folder;
  }

  private Verdict verdict(Answer answer, String fragment) {
    return switch (answer) {
      case Answer.Failed(String reason, _) -> Verdict.broken(reason);
      case Answer.Found(Document document, _) when settings.anchors() && document != null
          && !document.hasAnchor(fragment) ->
        Verdict.broken("no anchor #" + fragment);
      case Answer.Found(_, String note) -> Verdict.ok(note);
    };
  }

  private void settle(Target target, Verdict verdict) {
    report.settle(target, verdict);
    if (verbose != null) {
      String line = Report.line(target, verdict);
      Async.toThread(() -> verbose.println(line)); // blocks when nobody reads at the other end of a pipe
    }
  }

  private static String describe(IOException e) {
    // Those of the file system have only the name of the file for a message, which is known already.
    return "cannot be read: " + (e instanceof FileSystemException ? e.getClass().getSimpleName() : e.getMessage());
  }
}
