/**
 * The conformance kit: CPython's tests of asyncio, ported one by one, to hold any loop factory against. Subclass
 * {@link io.asyncrunner.tck.EventLoopTck} and supply the factory.
 */
@SuppressWarnings("NotJavadoc") // a mistake of the check: it does not know open modules
open module io.asyncrunner.tck { // JUnit calls the tests by reflection
  requires transitive io.asyncrunner;
  requires static transitive org.jspecify;
  requires org.assertj.core;
  requires transitive org.junit.jupiter.api;
  requires org.slf4j;

  exports io.asyncrunner.tck;
}
