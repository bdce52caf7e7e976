package io.asyncrunner.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Formatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A program that draws the CSV of {@code bin/bench} on standard input as bars, an SVG picture on standard output: a group for
 * each benchmark, on a logarithmic scale, because the contenders are decades apart. What cannot be drawn on one is left out.
 */
public final class Chart {
  private static final int LEFT = 190;
  private static final int WIDTH = 560;
  private static final int RIGHT = 90;
  private static final int BAR = 15;
  private static final int GROUP_GAP = 34;
  private static final int TOP = 46;

  private static final Map<String, String> COLOURS = Map.of(
      "confined", "#1f6feb", "handoff", "#6ca4f8", "platform", "#b6d0fb", "kotlin", "#8957e5", "continuation",
      "#2da44e",
      "asyncio", "#d4a72c", "uvloop", "#e8c96a");
  private static final String OUR_NETTY = "#3192aa";
  private static final String OTHER = "#8c959f";

  private Chart() {}

  /**
   * Runs the program.
   *
   * @param args none
   * @throws IOException if the input cannot be read, or is not what {@code bin/bench} prints
   */
  public static void main(String[] args) throws IOException {
    List<String> lines = new ArrayList<>();
    try (BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      input.lines().forEach(lines::add);
    }
    new PrintStream(System.out, true, StandardCharsets.UTF_8).print(draw(lines));
  }

  /**
   * Draws.
   *
   * @param csv the lines that {@code bin/bench} printed, the header included
   * @return the picture
   * @throws IOException if a line is not what {@code bin/bench} prints
   */
  static String draw(List<String> csv) throws IOException {
    Map<String, List<Result>> groups = groups(csv);
    int bars = groups.values().stream().mapToInt(List::size).sum();
    int height = TOP + bars * BAR + groups.size() * GROUP_GAP;
    Formatter svg = new Formatter(Locale.ROOT);
    svg.format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\">%n",
        LEFT + WIDTH + RIGHT, height);
    svg.format("<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n");
    svg.format(
        "<text x=\"12\" y=\"24\" font-size=\"14\" font-weight=\"bold\">Nanoseconds an operation (ParkedMemory: bytes a"
            + " task), on a logarithmic scale; shorter is better</text>%n");
    int y = TOP;
    for (Map.Entry<String, List<Result>> group : groups.entrySet()) {
      y = drawGroup(svg, group.getKey(), group.getValue(), y);
    }
    return svg.format("</svg>%n").toString();
  }

  private static Map<String, List<Result>> groups(List<String> csv) throws IOException {
    Map<String, List<Result>> groups = new LinkedHashMap<>();
    for (Result result : Result.parse(csv)) {
      if (result.value() > 0 && !result.benchmark().startsWith("Growth")) {
        groups.computeIfAbsent(result.benchmark(), absent -> new ArrayList<>()).add(result);
      }
    }
    return groups;
  }

  private static int drawGroup(Formatter svg, String name, List<Result> bars, int top) {
    double least = bars.stream().mapToDouble(Result::value).min().orElseThrow();
    double most = bars.stream().mapToDouble(Result::value).max().orElseThrow();
    double from = Math.floor(Math.log10(least) - 0.3); // so that the shortest bar can be seen
    double scale = WIDTH / (Math.log10(most) - from);
    int y = top + 16;
    svg.format("<text x=\"12\" y=\"%d\" font-size=\"13\" font-weight=\"bold\">%s</text>%n", y, name);
    y += 6;
    for (Result bar : bars) {
      double length = (Math.log10(bar.value()) - from) * scale;
      svg.format("<text x=\"%d\" y=\"%d\" font-size=\"11\" text-anchor=\"end\">%s</text>", LEFT - 6, y + 11,
          bar.contender());
      svg.format("<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>", LEFT, y + 1, length, BAR - 3,
          colour(bar.contender()));
      svg.format("<text x=\"%.1f\" y=\"%d\" font-size=\"11\">%s</text>%n", LEFT + length + 5, y + 11,
          Result.text(bar.value()));
      y += BAR;
    }
    return y + GROUP_GAP - 22;
  }

  private static String colour(String contender) {
    return contender.startsWith("nettyLoop") ? OUR_NETTY : COLOURS.getOrDefault(contender, OTHER);
  }
}
