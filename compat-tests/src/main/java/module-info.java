/** Programs that compare asyncrunner with asyncio, and with itself. Published nowhere. */
@org.jspecify.annotations.NullMarked
module io.asyncrunner.compat {
  requires com.fasterxml.jackson.databind;
  requires io.asyncrunner;
  requires ch.qos.logback.classic;
  requires ch.qos.logback.core;
  requires io.asyncrunner.core;
  requires io.asyncrunner.netty;
  requires io.asyncrunner.test;
  requires io.asyncrunner.virtualthreads;
  requires org.jspecify;
  requires org.slf4j;
}
