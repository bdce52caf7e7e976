package io.asyncrunner.tck;

import io.asyncrunner.tck.Manifest.Row;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The page of the documentation that says how much of CPython's tests holds here, and what differs. */
final class ConformancePage {
  private ConformancePage() {}

  static String of(List<Row> rows) {
    Map<String, List<Row>> modules = rows.stream()
        .collect(Collectors.groupingBy(Row::module, LinkedHashMap::new, Collectors.toList()));
    StringBuilder page = new StringBuilder(
        """
            # Conformance

            CPython's own tests of asyncio, one by one: which of them this library passes, and where it differs, why. The tests are
            those of the kit (`runner-tck`), which every kind of loop here is held against; this page is made from its manifest
            (`runner-tck/src/main/resources/io/asyncrunner/tck/manifest.csv`), and the build fails where manifest, tests and page
            do not agree.

            They are the tests of CPython 3.11 to 3.14, and of 3.15 those that are known to us; where versions differ, what the newest
            does is meant. Traces of CPython 3.15 are compared besides, by `bin/oracle`.

            "As it is" means that the same behaviour is asserted; "adapted", that it carries over in a changed form; "later", that its
            module has not been ported yet. Rows that do not apply are bound to CPython.

            """);
    long covered = rows.stream().filter(Row::isToBeCovered).filter(row -> !row.test().isEmpty()).count();
    page.append("**")
        .append(covered)
        .append(" of the ")
        .append(count(rows, row -> !row.applies().equals("no")))
        .append(" tests that apply are ported and pass**, of ")
        .append(rows.size())
        .append(" in all.\n\n")
        .append("| module | as it is | adapted | later | does not apply |\n|---|---:|---:|---:|---:|\n");
    modules.forEach((module, all) -> page.append("| `")
        .append(module)
        .append("` | ")
        .append(count(all, row -> row.isToBeCovered() && row.applies().equals("yes")))
        .append(" | ")
        .append(count(all, row -> row.isToBeCovered() && row.applies().equals("adapted")))
        .append(" | ")
        .append(count(all, Row::isLater))
        .append(" | ")
        .append(count(all, row -> row.applies().equals("no")))
        .append(" |\n"));
    modules.forEach((module, all) -> {
      appendDeviations(page, module + ": adapted", all, row -> row.isToBeCovered() && row.applies().equals("adapted"));
      appendDeviations(page, module + ": does not apply", all, row -> row.applies().equals("no"));
    });
    return page.toString();
  }

  private static long count(List<Row> rows, Predicate<Row> which) {
    return rows.stream().filter(which).count();
  }

  private static void appendDeviations(StringBuilder page, String title, List<Row> rows, Predicate<Row> which) {
    List<Row> chosen = rows.stream().filter(which).toList();
    if (chosen.isEmpty()) {
      return;
    }
    page.append("\n## ").append(title).append("\n\n| test | why |\n|---|---|\n");
    for (Row row : chosen) {
      page.append("| `")
          .append(row.id().substring(row.module().length() + 1))
          .append("` | ")
          .append(row.reason().replace("|", "\\|"))
          .append(" |\n");
    }
  }
}
