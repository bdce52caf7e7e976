/** Event loops that wait in a selector of {@code java.nio}, and UDP sockets on them. */
module com.example.selectorloop {
  requires transitive io.asyncrunner;
  requires io.asyncrunner.core;

  exports com.example.selectorloop;
}
