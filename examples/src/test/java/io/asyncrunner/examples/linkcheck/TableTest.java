package io.asyncrunner.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void lines_areAlignedWithoutTrailingBlanks() {
    Table table = new Table("WHERE", "LINK", "REASON");
    assertThat(table.isEmpty()).isTrue();
    table.add("a.md:1", "x", "404 Not Found");
    table.add("b.md:12", "longer", "");
    assertThat(table.lines()).containsExactly(
        "WHERE    LINK    REASON",
        "a.md:1   x       404 Not Found",
        "b.md:12  longer");
  }

  @Test
  void lines_withACellThatIsTooLong_keepTheOtherRowsNarrow() {
    Table table = new Table("A", "B");
    table.add("x".repeat(61), "1");
    table.add("yyy", "2");
    assertThat(table.lines()).containsExactly("A    B", "x".repeat(61) + "  1", "yyy  2");
  }

  @Test
  void printable_leavesNothingThatATerminalObeys() {
    assertThat(Table.printable("a\033[2Jb\nc\u202Ed\u009b")).isEqualTo("a?[2Jb?c?d?");
  }

  @Test
  void progressBar_showsCountsAndHost_andFitsALine() {
    assertThat(ProgressBar.line(0, 7, 0, "")).isEqualTo("[------------------------] 0/7  ");
    assertThat(ProgressBar.line(5, 10, 2, "example.org"))
        .isEqualTo("[############------------] 5/10, 2 broken  example.org");
    assertThat(ProgressBar.line(Integer.MAX_VALUE, Integer.MAX_VALUE, 0, "x".repeat(100))).hasSize(79);
  }
}
