/** Loops whose coroutines run on virtual threads. */
@org.jspecify.annotations.NullMarked
module io.asyncrunner.virtualthreads {
  requires transitive io.asyncrunner.core;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports io.asyncrunner.virtualthreads;

  provides io.asyncrunner.spi.EventLoopProvider with
      io.asyncrunner.virtualthreads.VirtualThreadProvider;
}
