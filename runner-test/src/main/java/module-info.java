/** Simulated loops for tests, and a JUnit Jupiter extension that runs tests on them. */
@org.jspecify.annotations.NullMarked
module io.asyncrunner.test {
  requires transitive io.asyncrunner.core;
  requires static transitive org.jspecify;
  requires static transitive org.junit.jupiter.api;

  exports io.asyncrunner.test;
}
