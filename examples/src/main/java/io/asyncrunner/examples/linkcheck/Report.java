package io.asyncrunner.examples.linkcheck;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What is known about the links. Filled by tasks of one loop, which need no lock for that; read when the loop has ended,
 * also if it was cut short.
 */
final class Report {
  private final List<Link> links = new ArrayList<>();
  private final Set<Target> targets = new LinkedHashSet<>();
  private final Map<Target, Verdict> verdicts = new LinkedHashMap<>();
  private int documents;
  private int broken;

  void countDocument() {
    documents++;
  }

  void add(List<Link> found) {
    links.addAll(found);
    found.forEach(link -> targets.add(link.target()));
  }

  void settle(Target target, Verdict verdict) {
    verdicts.put(target, verdict);
    if (verdict.kind() == Verdict.Kind.BROKEN) {
      broken++;
    }
  }

  int documents() {
    return documents;
  }

  /** The distinct targets, in the order in which they were found. */
  Collection<Target> targets() {
    return List.copyOf(targets);
  }

  int total() {
    return targets.size();
  }

  int checked() {
    return verdicts.size();
  }

  int broken() {
    return broken;
  }

  /** The links that are broken, wherever they stand, in the order of the documents. */
  List<Link> brokenLinks() {
    return links.stream().filter(link -> is(Verdict.Kind.BROKEN, link)).toList();
  }

  /** What there is to say about a link; empty if it has not been checked. */
  String reason(Link link) {
    Verdict verdict = verdicts.get(link.target());
    return verdict == null ? "" : verdict.detail();
  }

  private boolean is(Verdict.Kind kind, Link link) {
    Verdict verdict = verdicts.get(link.target());
    return verdict != null && verdict.kind() == kind;
  }

  /** One link for {@code --verbose}. */
  static String line(Target target, Verdict verdict) {
    String detail = verdict.detail().isEmpty() ? "" : "  (" + verdict.detail() + ")";
    return Table.printable(String.format("%-7s %s%s", verdict.kind().name().toLowerCase(Locale.ROOT), target, detail));
  }

  /** Prints what a person wants to know. */
  void print(PrintWriter out, boolean interrupted, Duration time) {
    print(out, "REASON", Verdict.Kind.BROKEN);
    print(out, "NOTE", Verdict.Kind.OK);
    int places = brokenLinks().size();
    String brokenAndWhere = broken + " broken" + (places == broken ? "" : " in " + places + " places");
    if (interrupted) {
      out.println("interrupted: " + checked() + " of " + total() + " links checked, " + brokenAndWhere);
      return;
    }
    long skipped = verdicts.values().stream().filter(verdict -> verdict.kind() == Verdict.Kind.SKIPPED).count();
    out.println(count(total(), "link") + " in " + count(documents, "document") + ": "
        + (total() - broken - skipped) + " ok, " + brokenAndWhere + ", " + skipped + " skipped (" + Durations.show(time)
        + ")");
  }

  private static String count(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /** A table of the links of one kind about which there is something to say. */
  private void print(PrintWriter out, String heading, Verdict.Kind kind) {
    Table table = new Table("WHERE", "LINK", heading);
    for (Link link : links) {
      if (is(kind, link) && !reason(link).isEmpty()) {
        table.add(link.place().toString(), link.text(), reason(link));
      }
    }
    if (!table.isEmpty()) {
      table.lines().forEach(out::println);
      out.println();
    }
  }
}
