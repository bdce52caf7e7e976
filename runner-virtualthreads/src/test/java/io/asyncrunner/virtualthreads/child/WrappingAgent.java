package io.asyncrunner.virtualthreads.child;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import java.util.jar.JarFile;

/**
 * An agent as those are that carry a trace to where work is done: it wraps what is given to executors.
 *
 * <p>Its argument says where: {@code executors}, in the {@code execute} of every class outside the JDK; or in the JDK's virtual threads,
 * where they call their scheduler, with a wrapper that can be looked into ({@code threads}) or cannot ({@code hiding}). A second
 * argument, after a {@code =}, is the jar of the agent, whose wrappers the JDK's classes have to see.
 */
public final class WrappingAgent {
  private static final ClassDesc WRAPPED = ClassDesc.of("io.asyncrunner.virtualthreads.child.Wrapped");
  private static final MethodTypeDesc WRAP = MethodTypeDesc.of(ClassDesc.of("java.lang.Runnable"),
      ClassDesc.of("java.lang.Runnable"));

  private WrappingAgent() {}

  public static void premain(String argument, Instrumentation instrumentation)
      throws IOException, UnmodifiableClassException {
    String[] arguments = argument.split("=", 2);
    String where = arguments[0];
    try (JarFile jar = new JarFile(arguments[1])) {
      instrumentation.appendToBootstrapClassLoaderSearch(jar);
    }
    instrumentation.addTransformer(new ClassFileTransformer() {
      @Override
      public byte[] transform(Module module, ClassLoader loader, String name, Class<?> redefined,
          ProtectionDomain domain,
          byte[] classFile) {
        if (name == null || name.startsWith("io/asyncrunner/virtualthreads/child/Wrap")) {
          return null;
        }
        return where.equals("executors")
            ? (loader == null || loader == ClassLoader.getPlatformClassLoader() ? null : wrapArguments(classFile))
            : name.equals("java/lang/VirtualThread")
                ? wrapAtCalls(classFile, where.equals("hiding") ? "hide" : "wrap")
                : null;
      }
    }, true);
    if (!where.equals("executors")) {
      instrumentation.retransformClasses(Thread.ofVirtual().unstarted(() -> {}).getClass());
    }
  }

  /** Wraps the argument at the beginning of each {@code execute(Runnable)}. */
  private static byte[] wrapArguments(byte[] classFile) {
    ClassModel model = ClassFile.of().parse(classFile);
    return ClassFile.of()
        .transformClass(model, ClassTransform.transformingMethodBodies(
            method -> method.methodName().equalsString("execute")
                && method.methodType().equalsString("(Ljava/lang/Runnable;)V"),
            new CodeTransform() {
              @Override
              public void atStart(CodeBuilder code) {
                code.aload(1).invokestatic(WRAPPED, "wrap", WRAP).astore(1);
              }

              @Override
              public void accept(CodeBuilder code, CodeElement element) {
                code.with(element);
              }
            }));
  }

  /** Wraps what is on the stack before each call of {@code Executor.execute}. */
  private static byte[] wrapAtCalls(byte[] classFile, String method) {
    ClassModel model = ClassFile.of().parse(classFile);
    return ClassFile.of().transformClass(model, ClassTransform.transformingMethodBodies((code, element) -> {
      if (element instanceof InvokeInstruction call && call.owner()
          .asSymbol()
          .equals(
              ClassDesc.of("java.util.concurrent.Executor"))
          && call.method().name().equalsString("execute")) {
        code.invokestatic(WRAPPED, method, WRAP);
      }
      code.with(element);
    }));
  }
}
