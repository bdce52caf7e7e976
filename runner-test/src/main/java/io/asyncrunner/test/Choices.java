package io.asyncrunner.test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where an interleaving departs from the order of a usual loop, which takes what became ready first: at which step which other
 * entry of the ready queue was taken. With the same choices the same code takes the same course.
 *
 * <p>Written as {@code step:place}, separated by spaces: {@code "4:1 9:2"} takes the second oldest entry at step 4, the third
 * oldest at step 9, and the oldest at all other steps.
 */
public final class Choices {
  /** The order of a usual loop. */
  public static final Choices NONE = new Choices(new TreeMap<>());

  private final Map<Integer, Integer> places; // by step, in order

  private Choices(Map<Integer, Integer> places) {
    this.places = places;
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @param text pairs of step and place; empty for none
   * @return the choices
   * @throws IllegalArgumentException if it is anything else
   */
  public static Choices parse(String text) {
    Objects.requireNonNull(text, "text");
    TreeMap<Integer, Integer> places = new TreeMap<>();
    for (String pair : text.trim().split("\\s+", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      String[] numbers = pair.split(":", -1);
      int step;
      int place;
      try {
        step = Integer.parseInt(numbers[0]);
        place = Integer.parseInt(numbers[numbers.length - 1]);
      } catch (NumberFormatException noNumber) {
        throw malformed(text, pair, noNumber);
      }
      if (numbers.length != 2 || step < 1 || place < 1 || places.put(step, place) != null) {
        throw malformed(text, pair, null);
      }
    }
    return new Choices(places);
  }

  private static IllegalArgumentException malformed(String text, String pair,
      @Nullable Throwable cause) {
    return new IllegalArgumentException("choices: \"" + text + "\", found " + pair
        + " (expected pairs of a step and a place, both from 1 on, each step once, such as \"4:1 9:2\")", cause);
  }

  static Choices of(Map<Integer, Integer> places) {
    return new Choices(new TreeMap<>(places));
  }

  /**
   * How many there are: how often the interleaving departs from the usual order.
   *
   * @return the number of switches
   */
  public int size() {
    return places.size();
  }

  /** The place of the entry that is taken at a step. */
  int at(int step) {
    return places.getOrDefault(step, 0);
  }

  List<Map.Entry<Integer, Integer>> entries() {
    return Collections.unmodifiableList(new ArrayList<>(places.entrySet()));
  }

  static Choices of(List<Map.Entry<Integer, Integer>> entries) {
    TreeMap<Integer, Integer> places = new TreeMap<>();
    entries.forEach(entry -> places.put(entry.getKey(), entry.getValue()));
    return new Choices(places);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Choices choices && places.equals(choices.places);
  }

  @Override
  public int hashCode() {
    return places.hashCode();
  }

  /** The pairs, as {@link #parse} reads them. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    places.forEach((step, place) -> text.append(text.length() == 0 ? "" : " ").append(step).append(':').append(place));
    return text.toString();
  }
}
