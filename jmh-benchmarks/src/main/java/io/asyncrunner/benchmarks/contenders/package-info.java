/** What is measured side by side. */
package io.asyncrunner.benchmarks.contenders;
