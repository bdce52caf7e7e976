package io.asyncrunner.compat.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Set;

/**
 * Loads the library, and what uses it here, with a call of {@link Allocations#visit} before everything that needs memory: an object, an
 * array, a lambda, and those methods of the JDK that allocate.
 */
final class FailingLoader extends ClassLoader {
  private static final ClassDesc ALLOCATIONS = ClassDesc.of(Allocations.class.getName());
  private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(ConstantDescs.CD_void);
  private static final String LIBRARY = "io.asyncrunner.";
  private static final String TESTS = "io.asyncrunner.compat.";
  private static final Set<String> ALLOCATING = Set.of("add", "put", "addFirst", "addLast", "offer", "push", "copyOf",
      "of", "toList",
      "computeIfAbsent", "addSuppressed", "append", "yield", "start", "execute", "clone", "stream", "ensureCapacity",
      "toArray");

  FailingLoader(ClassLoader parent) {
    super(parent);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(LIBRARY) || name.equals(Allocations.class.getName())) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = file.readAllBytes();
      byte[] rewritten = name.startsWith(TESTS) ? bytes : rewritten(bytes);
      return defineClass(name, rewritten, 0, rewritten.length);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private byte[] rewritten(byte[] bytes) {
    ClassFile files = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
        java.lang.classfile.ClassHierarchyResolver.ofResourceParsing(getParent())));
    return files.transformClass(files.parse(bytes),
        ClassTransform.transformingMethodBodies(method -> !method.methodName().equalsString("<clinit>"),
            CodeTransform.ofStateful(() -> FailingLoader::withVisit)));
  }

  private static void withVisit(CodeBuilder code, CodeElement element) {
    if (allocates(element)) {
      code.invokestatic(ALLOCATIONS, "visit", NOTHING);
    }
    code.with(element);
  }

  private static boolean allocates(CodeElement element) {
    return element instanceof NewObjectInstruction
        || element instanceof NewPrimitiveArrayInstruction
        || element instanceof NewReferenceArrayInstruction
        || element instanceof NewMultiArrayInstruction
        || element instanceof InvokeDynamicInstruction
        || (element instanceof InvokeInstruction call
            && !call.owner().asInternalName().startsWith("io/asyncrunner/")
            && ALLOCATING.contains(call.name().stringValue()));
  }
}
