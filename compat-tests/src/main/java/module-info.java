/** Programs that compare asyncrunner with asyncio. Published nowhere. */
@org.jspecify.annotations.NullMarked
module io.asyncrunner.compat {
  requires com.fasterxml.jackson.databind;
  requires io.asyncrunner;
  requires io.asyncrunner.core;
  requires io.asyncrunner.virtualthreads;
  requires org.jspecify;
}
