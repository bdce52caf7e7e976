/**
 * The toolkit under attack: what hands something over is cancelled at every step of an exchange, and user code suspends at every
 * call. Afterwards nothing may be lost, duplicated or left held. Each test is run on every kind of loop.
 */
package io.asyncrunner.compat.toolkit;
