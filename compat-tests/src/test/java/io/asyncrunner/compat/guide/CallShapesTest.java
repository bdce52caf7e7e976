package io.asyncrunner.compat.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each call of {@code docs/call-shapes.md} compiles, or does not, as the page says. */
class CallShapesTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (S\\d{3}) \\| ([^|]*) \\| `([^`]*)` \\| ?(.*) \\|$");

  /** Needs what only later versions than 17 have. */
  private static final String OF_LATER_VERSIONS = "S078";

  private static final String IMPORTS = """
      import io.asyncrunner.*;
      import io.asyncrunner.sync.*;
      import java.io.*;
      import java.time.*;
      import java.util.*;
      import java.util.concurrent.*;
      import java.util.function.*;
      """;

  /** What the calls use. */
  private static final String BASE = IMPORTS + """
      abstract class Shapes {
        Runner r;
        TaskGroup g;
        Duration d;
        List<String> names;
        Task<String> task;
        List<Task<String>> tasks;
        List<Coroutine<String, IOException>> coros;
        Callable<String> callable;
        Supplier<String> supplier;
        Runnable runnable;
        AsyncLock lock;
        EventLoop loop;
        CompletableFuture<String> cf;
        static String s0() { return ""; }
        static String s(Object x) { return ""; }
        static int i() { return 1; }
        static void v() {}
        static void v1(Object x) {}
        static String io() throws IOException { return ""; }
        static void vio() throws IOException {}
        static String ovl() { return ""; }
        static String ovl(int i) { return ""; }
        static String ov2() { return ""; }
        static void ov2(int i) {}
        static String gen() throws Exception { return ""; }
      }
      """;

  private record Shape(String name, String thrown, String call, boolean refused) {
    String source() {
      return IMPORTS + "class " + name + " extends Shapes { void shape()"
          + (thrown.isBlank() ? "" : " throws " + thrown)
          + " {\n" + call.replace("ID::", name + "::") + "\n} }\n";
    }
  }

  private static List<Shape> shapes() throws IOException {
    Path page = GuideTest.ROOT.resolve("docs/call-shapes.md");
    return ROW.matcher(Files.readString(page))
        .results()
        .map(row -> new Shape(row.group(1), row.group(2), row.group(3), !row.group(4).isBlank()))
        .toList();
  }

  private static JavaFileObject file(String name, String source) {
    return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return source;
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"17", "25"})
  void calls_compiled_areAcceptedOrRefusedAsThePageSays(String release, @TempDir Path classes) throws IOException {
    List<Shape> shapes = shapes();
    List<JavaFileObject> files = new ArrayList<>(List.of(file("Shapes", BASE)));
    shapes.forEach(shape -> files.add(file(shape.name(), shape.source())));
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    boolean allAccepted = javac
        .getTask(null, null, found, List.of("--release", release, "-proc:none", "-d", classes.toString(),
            "-XDshould-stop.ifError=FLOW", "-cp", System.getProperty("java.class.path")), null, files)
        .call();

    Set<String> refused = new TreeSet<>();
    for (Diagnostic<? extends JavaFileObject> each : found.getDiagnostics()) {
      if (each.getKind() == Diagnostic.Kind.ERROR) {
        refused.add(each.getSource().getName().substring(1).replace(".java", ""));
      }
    }
    Stream<String> expected = shapes.stream()
        .filter(Shape::refused)
        .map(Shape::name)
        .filter(name -> release.equals("17") || !name.equals(OF_LATER_VERSIONS));
    assertThat(shapes).hasSize(104);
    assertThat(allAccepted).isFalse();
    assertThat(refused).containsExactlyElementsOf(expected.toList());
  }
}
