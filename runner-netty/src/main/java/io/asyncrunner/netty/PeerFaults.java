package io.asyncrunner.netty;

import io.asyncrunner.internal.Loggers;
import io.asyncrunner.spi.Ticker;
import java.net.SocketAddress;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Says on the log what peers did to a server: bad handshakes, resets, garbage. That is no fault of the program, and anybody may do it as
 * often as he likes; so it takes one short line, at most one of a kind in {@link #EVERY}, which says how many there were besides.
 *
 * <p>What goes wrong in TLS is a warning, because it may be that one's own key is out of date. That connections end is usual, and is
 * said for debugging. Belongs to the server's loop.
 */
final class PeerFaults {
  static final Duration EVERY = Duration.ofSeconds(10);

  /** As much of a message as a line has; peers have a say in some. */
  private static final int LONGEST = 200;

  private static final Logger LOGGER = Loggers.get("io.asyncrunner");

  private final Ticker clock;
  private final Kind handshakes = new Kind(Level.WARN, "failed in TLS");
  private final Kind losses = new Kind(Level.DEBUG, "ended badly");

  PeerFaults(Ticker clock) {
    this.clock = clock;
  }

  /** The peer of a connection has caused this. */
  void report(ChannelStream connection, Throwable fault) {
    boolean isOfTls = fault instanceof SSLException || fault.getCause() instanceof SSLException;
    (isOfTls ? handshakes : losses).report(connection.peer(), fault);
  }

  /** Says what was left out. */
  void reportRest() {
    handshakes.reportRest();
    losses.reportRest();
  }

  private final class Kind {
    private final Level level;
    private final String what;
    private long nextNanos = Long.MIN_VALUE;
    private long leftOut;

    Kind(Level level, String what) {
      this.level = level;
      this.what = what;
    }

    void report(@Nullable SocketAddress peer, Throwable fault) {
      if (!LOGGER.isEnabledForLevel(level)) {
        return;
      }
      long now = clock.nanoTime();
      if (nextNanos != Long.MIN_VALUE && now - nextNanos < 0) {
        leftOut++;
        return;
      }
      nextNanos = now + EVERY.toNanos();
      long before = takeLeftOut();
      LOGGER.atLevel(level)
          .log("a connection {}: {}: {}{}", what, peer == null ? "unknown address" : peer,
              line(fault), before == 0 ? "" : ", and " + before + " more since the last such line");
    }

    /** Before a line is logged: other tasks may go on while that waits. */
    private long takeLeftOut() {
      long taken = leftOut;
      leftOut = 0;
      return taken;
    }

    void reportRest() {
      long rest = takeLeftOut();
      if (rest > 0) {
        LOGGER.atLevel(level).log("{} more connections {} since the last such line", rest, what);
      }
    }
  }

  private static String line(Throwable fault) {
    String message = fault.toString();
    StringBuilder line = new StringBuilder();
    message.codePoints().limit(LONGEST).forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
    return message.length() > LONGEST ? line + "…" : line.toString();
  }
}
