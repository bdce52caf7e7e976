/** An HTTP/1.1 server in direct style on Netty's codec, and the same server as plain handlers to measure it against. */
package io.asyncrunner.examples.http;
