package io.asyncrunner.tck.planted;

import io.asyncrunner.core.EventLoops;
import io.asyncrunner.spi.FiberFactory;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.spi.Poller;
import io.asyncrunner.spi.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** The engine with a defect: all its classes once more, one of them compiled from a changed source. */
final class PlantedCore extends ClassLoader {
  private static final String PACKAGE = "io.asyncrunner.core.";
  private static final Path SOURCES = Path.of("../runner-core/src/main/java/io/asyncrunner/core");

  private final Path changed;

  private PlantedCore(Path changed) {
    super(EventLoops.class.getClassLoader());
    this.changed = changed;
  }

  /** The engine as it is, loaded in the same way. */
  static PlantedCore withoutDefect(Path emptyFolder) {
    return new PlantedCore(emptyFolder);
  }

  /** Compiles the changed class into a folder. */
  static PlantedCore with(Defect defect, Path folder) throws IOException {
    String source = defect.applyTo(Files.readString(SOURCES.resolve(defect.type + ".java")));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<String> options = List.of("-proc:none", "-nowarn", "-d", folder.toString(), "-cp",
        System.getProperty("java.class.path"));
    JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///" + defect.type + ".java"),
        JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return source;
      }
    };
    if (!compiler.getTask(messages, null, null, options, null, List.of(file)).call()) {
      throw new IllegalStateException("the planted " + defect + " does not compile: " + messages);
    }
    return new PlantedCore(folder);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(PACKAGE)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    String resource = name.replace('.', '/') + ".class";
    Path recompiled = changed.resolve(resource);
    try (InputStream original = getParent().getResourceAsStream(resource)) {
      byte[] bytes = Files.exists(recompiled) ? Files.readAllBytes(recompiled) : original.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException unreadable) {
      throw new ClassNotFoundException(name, unreadable);
    }
  }

  /** A loop of the defective engine, on platform threads. */
  LoopEngine newEventLoop(Ticker ticker) throws ReflectiveOperationException {
    Class<?> loops = loadClass(PACKAGE + "EventLoops");
    Object poller = loops.getMethod("parkingPoller").invoke(null);
    Object fibers = loadClass(PACKAGE + "PlatformThreadLoops").getMethod("fibers").invoke(null);
    return (LoopEngine) loops.getMethod("of", Poller.class, FiberFactory.class, Ticker.class)
        .invoke(null, poller, fibers, ticker);
  }
}
