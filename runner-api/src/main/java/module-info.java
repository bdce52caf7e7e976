/**
 * The contracts of asyncrunner and everything that is written against the contracts alone: {@link io.asyncrunner.Runner},
 * {@link io.asyncrunner.Async}, {@link io.asyncrunner.TaskGroup} and the primitives of {@link io.asyncrunner.sync}.
 */
@org.jspecify.annotations.NullMarked @SuppressWarnings("module") // the modules of this project that share internals are built after this one
module io.asyncrunner {
  requires jdk.unsupported; // for signals, reached by reflection: a JVM that lacks it on the class path goes without
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports io.asyncrunner;
  exports io.asyncrunner.internal to
      io.asyncrunner.core,
      io.asyncrunner.netty,
      io.asyncrunner.virtualthreads;
  exports io.asyncrunner.spi;
  exports io.asyncrunner.sync;

  uses io.asyncrunner.spi.EventLoopProvider;
  uses org.slf4j.spi.SLF4JServiceProvider;
}
