package io.asyncrunner.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.tck.Manifest.Row;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The manifest and the kit say the same, and so does the page of the documentation that is made from the manifest. Run with {@code
 * -Dconformance.write} this test writes down what it finds: the tests of the rows, and the page.
 */
class ManifestTest {
  private static final Path PAGE = Path.of("../docs/conformance.md");

  private final Map<String, List<Method>> tests = tests();

  /** Every test of the kit, by the row that it is for. */
  private static Map<String, List<Method>> tests() {
    return Arrays.stream(EventLoopTck.class.getDeclaredClasses())
        .flatMap(nested -> ported(nested.getSuperclass()))
        .distinct()
        .filter(method -> method.isAnnotationPresent(Conformance.class))
        .collect(Collectors.groupingBy(method -> method.getAnnotation(Conformance.class).value(), TreeMap::new,
            Collectors.toList()));
  }

  /** The methods of a ported class, and of those in between. */
  private static Stream<Method> ported(Class<?> type) {
    return type == Object.class
        ? Stream.empty()
        : Stream.concat(Arrays.stream(type.getDeclaredMethods()), ported(type.getSuperclass()));
  }

  private static String nameOf(Method test) {
    String type = test.getDeclaringClass().getName();
    return type.substring(EventLoopTck.class.getPackageName().length() + 1) + "#" + test.getName();
  }

  @Test
  void manifest_namesTheTestOfEachRow() throws IOException {
    List<Row> rows = Manifest.read();
    List<Row> found = rows.stream().map(this::withItsTest).toList();
    if (Boolean.getBoolean("conformance.write")) {
      Manifest.write(found);
      Files.writeString(PAGE, ConformancePage.of(found));
    }

    assertThat(Manifest.read()).containsExactlyElementsOf(found);
    assertThat(PAGE).content().isEqualTo(ConformancePage.of(found));
  }

  private Row withItsTest(Row row) {
    List<Method> covering = tests.getOrDefault(row.id(), List.of());
    return row.withTest(covering.isEmpty() ? row.isLater() ? "later" : "" : nameOf(covering.get(0)));
  }

  @Test
  void rows_thatApply_haveATest() throws IOException {
    assertThat(Manifest.read()).filteredOn(Row::isToBeCovered).allSatisfy(row -> assertThat(row.test()).isNotEmpty());
  }

  @Test
  void rows_thatDoNotApplyOrOnlyAdapted_sayWhyAndHaveNoTestIfTheyDoNot() throws IOException {
    assertThat(Manifest.read()).filteredOn(row -> !row.applies().equals("yes")).allSatisfy(row -> {
      assertThat(row.applies()).isIn("no", "adapted");
      assertThat(row.reason()).isNotEmpty();
      assertThat(row.applies().equals("no") && !row.test().isEmpty()).as("a test for what does not apply").isFalse();
    });
  }

  @Test
  void rows_areNotRepeated() throws IOException {
    assertThat(Manifest.read()).extracting(Row::id).doesNotHaveDuplicates();
  }

  @Test
  void tests_haveARowEach() throws IOException {
    assertThat(Manifest.read()).extracting(Row::id).containsAll(tests.keySet());
    assertThat(tests).allSatisfy((id, methods) -> assertThat(methods).as(id).hasSize(1));
  }

  @Test
  void tests_areNamedAsTheyAreInCPython() {
    assertThat(tests).allSatisfy((id, methods) -> {
      Method test = methods.get(0);
      assertThat(id).endsWith("." + test.getName());
      assertThat(test.isAnnotationPresent(Test.class)).as("%s is a test", test).isTrue();
      assertThat(Modifier.isPrivate(test.getModifiers())).isFalse();
      String type = test.getDeclaringClass().getSimpleName();
      assertThat(id.replace("_", "")).containsIgnoringCase("." + type + ".");
    });
  }
}
