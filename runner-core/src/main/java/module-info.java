/** The engine: loop, futures, tasks, timers, and fibers on platform threads. */
@org.jspecify.annotations.NullMarked @SuppressWarnings("module") // the modules of this project that share internals are built after this one
module io.asyncrunner.core {
  requires transitive io.asyncrunner;
  requires org.jctools.core.jdk11;
  requires static org.jspecify;
  requires org.slf4j;

  exports io.asyncrunner.core;
  exports io.asyncrunner.core.internal to
      io.asyncrunner.test,
      io.asyncrunner.virtualthreads;

  provides io.asyncrunner.spi.EventLoopProvider with
      io.asyncrunner.core.PlatformThreadProvider;
}
