/** Loop factories on Netty, and direct-style streams on its channels. */
package io.asyncrunner.netty;
