package io.asyncrunner.tck.mutants;

import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * What bin/mutants ends with: prints the mutants that the conformance kit has not noticed, and writes them and the figures into a page,
 * if one is given. What stands in the page above the figures is kept, and so are the reasons: they belong to a change in a method,
 * wherever its line is now, and whether the mutant is noticed this time or not.
 */
final class MutantsPage {
  private static final String FIGURES = "## Figures\n";
  private static final String NO_REASON = "?";
  private static final String NEVER_RUN = "; never run";
  /** Method, line, change, reason. */
  private static final Pattern ROW = Pattern.compile("\\| `(.+)` \\| \\d+ \\| (.+) \\| (.+) \\|");

  private static final Deque<String> NONE = new ArrayDeque<>();

  private MutantsPage() {}

  /**
   * A mutant.
   *
   * @param type its class, without {@code io.asyncrunner} and what it is nested in
   * @param method the method, with the nested class that it is in
   * @param line where the change is
   * @param change what was changed
   * @param status what became of it
   */
  private record Mutant(String type, String method, int line, String change, String status) {
    static Mutant of(Element mutation) {
      String[] types = text(mutation, "mutatedClass").replace("io.asyncrunner.", "").split("\\$", 2);
      String method = text(mutation, "mutatedMethod").replaceAll("lambda\\$(.*)\\$\\d+", "$1 (lambda)");
      String status = mutation.getAttribute("status");
      String change = text(mutation, "description").replaceAll(" for (\\S+)::.*", "")
          .replace("::", ".")
          .replace('/', '.');
      return new Mutant(types[0], types.length == 1 ? method : types[1] + "." + method,
          Integer.parseInt(text(mutation, "lineNumber")),
          change, status);
    }

    private static String text(Element mutation, String name) {
      return mutation.getElementsByTagName(name).item(0).getTextContent();
    }

    boolean isNoticed() {
      return !status.equals("SURVIVED") && !status.equals("NO_COVERAGE");
    }

    /** What its reason belongs to. */
    String key() {
      return type + " " + method + " " + change;
    }

    String row(String reason) {
      return "| `" + method + "` | " + line + " | " + change + (status.equals("NO_COVERAGE") ? NEVER_RUN : "") + " | "
          + reason
          + " |\n";
    }
  }

  /** What PIT has written, and the page, if it is to be written. */
  public static void main(String... arguments) throws IOException, ParserConfigurationException, SAXException {
    List<Mutant> mutants = mutants(Path.of(arguments[0]));
    List<Mutant> survivors = mutants.stream().filter(mutant -> !mutant.isNoticed()).toList();
    survivors.forEach(mutant -> System.out.print(mutant.type() + " " + mutant.row(mutant.status())));
    System.out.println(figures(mutants));
    if (arguments.length == 1) {
      return;
    }
    Path page = Path.of(arguments[1]);
    String old = Files.readString(page);
    Map<String, Deque<String>> reasons = reasons(old);
    StringBuilder text = new StringBuilder(old.substring(0, old.indexOf(FIGURES))).append(FIGURES)
        .append("\n**")
        .append(figures(mutants))
        .append("**\n\n| class | mutants | noticed | |\n|---|---:|---:|---:|\n");
    byType(mutants).forEach((type, all) -> text.append("| `" + type + "` | " + all.size() + " | " + noticed(all) + " | "
        + percent(noticed(all), all) + " % |\n"));
    appendRows(text, "Survivors", survivors, reasons);
    Map<String, Integer> left = new HashMap<>();
    reasons.forEach((key, some) -> left.put(key, some.size()));
    List<Mutant> noticedThisTime = mutants.stream()
        .filter(mutant -> mutant.isNoticed() && left.merge(mutant.key(), -1, Integer::sum) >= 0)
        .toList();
    appendRows(text, "Noticed this time, survivors of an earlier run", noticedThisTime, reasons);
    Files.writeString(page, text);
    long unexplained = text.toString().lines().filter(line -> line.endsWith("| " + NO_REASON + " |")).count();
    if (unexplained > 0) {
      System.out.println(unexplained + " survivors have no reason yet: " + page);
      System.exit(1);
    }
  }

  /** Takes the reasons out of those that there are. */
  private static void appendRows(StringBuilder text, String title, List<Mutant> mutants,
      Map<String, Deque<String>> reasons) {
    text.append("\n## ").append(title).append("\n");
    byType(mutants).forEach((type, all) -> {
      text.append("\n### ").append(type).append("\n\n| method | line | change | why |\n|---|---:|---|---|\n");
      for (Mutant mutant : all) {
        String reason = reasons.getOrDefault(mutant.key(), NONE).poll();
        text.append(mutant.row(reason == null ? NO_REASON : reason));
      }
    });
  }

  private static List<Mutant> mutants(Path report) throws IOException, ParserConfigurationException, SAXException {
    NodeList mutations = DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(report.toFile())
        .getElementsByTagName("mutation");
    List<Mutant> mutants = new ArrayList<>();
    for (int i = 0; i < mutations.getLength(); i++) {
      mutants.add(Mutant.of((Element) mutations.item(i)));
    }
    mutants.sort(Comparator.comparing(Mutant::type).thenComparingInt(Mutant::line));
    return mutants;
  }

  private static Map<String, List<Mutant>> byType(List<Mutant> mutants) {
    return mutants.stream().collect(groupingBy(Mutant::type, TreeMap::new, Collectors.toList()));
  }

  /** In the order of the lines, where mutants differ in nothing else. */
  private static Map<String, Deque<String>> reasons(String page) {
    Map<String, Deque<String>> reasons = new HashMap<>();
    String type = "";
    for (String line : page.lines().toList()) {
      Matcher row = ROW.matcher(line);
      if (line.startsWith("### ")) {
        type = line.substring("### ".length());
      } else if (row.matches()) {
        String change = row.group(2).replace(NEVER_RUN, "");
        reasons.computeIfAbsent(type + " " + row.group(1) + " " + change, key -> new ArrayDeque<>()).add(row.group(3));
      }
    }
    return reasons;
  }

  private static String figures(List<Mutant> mutants) {
    Map<String, Long> statuses = mutants.stream()
        .collect(groupingBy(Mutant::status, TreeMap::new, Collectors.counting()));
    return noticed(mutants) + " of " + mutants.size() + " mutants are noticed: " + percent(noticed(mutants), mutants)
        + " % " + statuses;
  }

  private static long noticed(Collection<Mutant> mutants) {
    return mutants.stream().filter(Mutant::isNoticed).count();
  }

  private static long percent(long part, Collection<Mutant> whole) {
    return part * 100 / Math.max(1, whole.size());
  }
}
