/** Primitives with which the tasks of one loop wait for each other. */
package io.asyncrunner.sync;
