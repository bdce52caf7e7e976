/**
 * The contracts of asyncrunner and everything that is written against the contracts alone: {@link io.asyncrunner.Runner},
 * {@link io.asyncrunner.Async}, {@link io.asyncrunner.TaskGroup} and the primitives of {@link io.asyncrunner.sync}.
 */
@org.jspecify.annotations.NullMarked
module io.asyncrunner {
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports io.asyncrunner;
  exports io.asyncrunner.spi;
  exports io.asyncrunner.sync;

  uses io.asyncrunner.spi.EventLoopProvider;
}
