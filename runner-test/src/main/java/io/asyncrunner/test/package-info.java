/** Simulated loops for tests, and a JUnit Jupiter extension that runs tests on them. */
package io.asyncrunner.test;
