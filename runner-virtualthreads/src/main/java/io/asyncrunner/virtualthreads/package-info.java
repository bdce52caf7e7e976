/** Loop factories on virtual threads, and what belongs to them. */
package io.asyncrunner.virtualthreads;
