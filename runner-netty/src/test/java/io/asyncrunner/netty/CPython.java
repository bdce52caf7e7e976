package io.asyncrunner.netty;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names the test of CPython's {@code test_asyncio/test_streams.py} that a test method is the port of. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface CPython {
  /** The method of {@code StreamTests}. */
  String value();
}
