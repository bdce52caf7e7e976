/**
 * A link checker: checks all links of a folder of documents or of web pages at the same time, on one event loop.
 *
 * <p>Where to begin: {@link io.asyncrunner.examples.linkcheck.LinkCheck} is the program and holds the Runner,
 * {@link io.asyncrunner.examples.linkcheck.Checker} starts the tasks, and {@link io.asyncrunner.examples.linkcheck.Web}
 * has the limits, the deadlines and the retries. The rest is ordinary Java that knows nothing of event loops.
 */
package io.asyncrunner.examples.linkcheck;
