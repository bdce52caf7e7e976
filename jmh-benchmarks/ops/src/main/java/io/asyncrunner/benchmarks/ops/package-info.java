/** What the benchmarks measure. */
package io.asyncrunner.benchmarks.ops;
