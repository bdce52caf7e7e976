/**
 * Random concurrent programs: from a seed, a program that uses the whole of the public API, run on every kind of loop and
 * held against what has to be true of any program. A program that fails is made smaller, and printed.
 *
 * <p>A {@code Program} is data: {@code Step}s, each one of the {@code Operation}s of the {@code Grammar}, with numbers and blocks
 * of further steps. A {@code World} is what the steps of one program share, a {@code Flow} what one of its tasks, callbacks
 * or threads knows of itself; {@code ProgramRun} runs a program from beginning to end, and looks at what is left.
 */
package io.asyncrunner.compat.programs;
