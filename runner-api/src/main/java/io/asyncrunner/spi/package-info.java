/**
 * What a loop is put together from: how it waits, its clock, and the stacks that its coroutines run on. For authors of loop
 * factories.
 */
package io.asyncrunner.spi;
