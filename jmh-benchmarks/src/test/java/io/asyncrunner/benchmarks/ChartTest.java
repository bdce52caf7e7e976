package io.asyncrunner.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ChartTest {
  private static final String HEADER = "benchmark,contender,ns_per_op,error";

  @Test
  void draw_twoBenchmarks_hasABarForEachRowInProportionToItsLogarithm() throws Exception {
    Document svg = parse(Chart.draw(List.of(HEADER, "A[1],confined,10.00,0.10", "A[1],kotlin,1000.00,0.10",
        "B,confined,2.00,0.00", "Growth[tasks:100],confined,5.00,0.00")));

    NodeList bars = svg.getElementsByTagName("rect");
    assertThat(bars.getLength()).isEqualTo(1 + 3); // the background, and no growth
    assertThat(width(bars, 2) / width(bars, 1)).isCloseTo(3.0, within(0.01)); // from 10⁰
    assertThat(svg.getDocumentElement().getTextContent()).contains("A[1]", "confined", "kotlin", "1,000", "2.0", "B")
        .doesNotContain("Growth");
  }

  @Test
  void draw_header_hasNoBars() throws Exception {
    assertThat(parse(Chart.draw(List.of(HEADER))).getElementsByTagName("rect").getLength()).isEqualTo(1);
  }

  @Test
  void draw_notCsvOfTheBenchmarks_saysWhichLine() {
    assertThatThrownBy(() -> Chart.draw(List.of(HEADER, "A,confined"))).isInstanceOf(IOException.class)
        .hasMessageContaining("A,confined");
    assertThatThrownBy(() -> Chart.draw(List.of(HEADER, "A,confined,fast,0"))).isInstanceOf(IOException.class)
        .hasMessageContaining("fast");
  }

  @Test
  void tables_chosenContenders_areTheColumnsInThatOrder() throws Exception {
    List<String> csv = List.of(HEADER, "A[1],confined,10.04,0.10", "A[1],kotlin,1234.50,0.10", "B,confined,2.00,0.00",
        "C,jox,3.00,0.00");

    assertThat(Tables.draw(csv, List.of("kotlin", "confined")).lines()).containsExactly("| | kotlin | confined |",
        "|---|---:|---:|", "| A[1] | 1,235 | 10.0 |", "| B | – | 2.0 |");
    assertThat(Tables.draw(csv, List.of()).lines()).contains("| | confined | kotlin | jox |", "| C | – | – | 3.0 |");
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  private static double width(NodeList bars, int index) {
    return Double.parseDouble(((Element) bars.item(index)).getAttribute("width"));
  }
}
