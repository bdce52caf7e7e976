package io.asyncrunner.compat.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Every row of CPython's tests of the Runner has its one test here. */
class RunnerRowsTest {
  private static final List<String> MODULES = List.of("test_runners.", "test_extras.");

  @Test
  void rows_ofTheRunnersModules_haveOneTestEach() throws IOException {
    List<String> tested = conformanceTests().map(RunnerRowsTest::id).toList();

    assertThat(tested).containsExactlyInAnyOrderElementsOf(rows());
  }

  @Test
  void tests_ofTheRunnersModules_areNamedAsTheyAreInCPython() {
    assertThat(conformanceTests()).allSatisfy(method -> {
      String type = method.getDeclaringClass().getSimpleName();
      assertThat(type).endsWith("Test");
      assertThat(id(method))
          .endsWith("." + type.substring(0, type.length() - "Test".length()) + "." + method.getName());
      assertThat(method.isAnnotationPresent(Test.class)).as("%s is a test", method).isTrue();
    });
  }

  private static Stream<Method> conformanceTests() {
    return ReflectionSupport
        .findAllClassesInPackage(RunnerRowsTest.class.getPackageName(),
            type -> !Modifier.isAbstract(type.getModifiers()), name -> true)
        .stream()
        .flatMap(type -> ReflectionSupport
            .findMethods(type, method -> method.isAnnotationPresent(Conformance.class), HierarchyTraversalMode.TOP_DOWN)
            .stream())
        .filter(method -> MODULES.stream().anyMatch(id(method)::startsWith));
  }

  private static String id(Method method) {
    return method.getAnnotation(Conformance.class).value();
  }

  private static List<String> rows() throws IOException {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(
        Objects.requireNonNull(RunnerRowsTest.class.getResourceAsStream("/conformance/runner-rows.txt")),
        StandardCharsets.UTF_8))) {
      return lines.lines().toList();
    }
  }
}
