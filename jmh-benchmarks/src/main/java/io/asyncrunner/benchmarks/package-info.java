/** What the library costs. */
package io.asyncrunner.benchmarks;
