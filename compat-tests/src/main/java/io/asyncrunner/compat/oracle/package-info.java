/**
 * Runs the scenarios of the differential oracle on this library: small concurrent programs, given as JSON, whose traces
 * have to equal those of CPython's asyncio, line for line.
 */
package io.asyncrunner.compat.oracle;
