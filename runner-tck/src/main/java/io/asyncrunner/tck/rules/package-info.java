/** The rules of every loop, one test each. */
package io.asyncrunner.tck.rules;
