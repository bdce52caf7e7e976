package io.asyncrunner.netty;

import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a stream has received and nobody has read, and who waits for more.
 *
 * <p>The limit is for what {@code readUntil} looks for, and for how much is taken in before it is read: beyond twice the limit
 * the source is paused, until no more than the limit is left. Belongs to its loop.
 */
final class ReadBuffer {
  /** Stops and goes on with receiving. */
  interface Source {
    void pause();

    void resume();
  }

  static final int DEFAULT_LIMIT = 1 << 16;

  private final EventLoop loop;
  private final int limit;
  private final Source source;

  private byte[] bytes = new byte[0];
  private int start;
  private int end;
  private boolean ended;
  private boolean paused;
  private @Nullable Throwable exception;
  private @Nullable IOException lastThrown;
  private @Nullable CompletableAsyncFuture<@Nullable Void> waiter;

  ReadBuffer(EventLoop loop, int limit, Source source) {
    if (limit <= 0) {
      throw new IllegalArgumentException("limit: " + limit + " (expected more than 0)");
    }
    this.loop = loop;
    this.limit = limit;
    this.source = source;
  }

  // --- the source's side ---

  /** Makes room for some bytes; they are to be written at the position that is returned, and then {@link #fed}. */
  private int room(int length) {
    if (bytes.length - end < length) {
      int unread = end - start;
      byte[] target = unread + length <= bytes.length ? bytes : new byte[Math.max(unread + length, 2 * bytes.length)];
      System.arraycopy(bytes, start, target, 0, unread);
      bytes = target;
      start = 0;
      end = unread;
    }
    return end;
  }

  void feed(ByteBuf data) {
    int length = data.readableBytes();
    int position = room(length);
    data.readBytes(bytes, position, length);
    fed(length);
  }

  void feed(byte[] data) {
    int position = room(data.length);
    System.arraycopy(data, 0, bytes, position, data.length);
    fed(data.length);
  }

  private void fed(int length) {
    if (length == 0) {
      return;
    }
    end += length;
    wake();
    if (!paused && end - start > 2 * limit) {
      paused = true;
      source.pause();
    }
  }

  void feedEof() {
    ended = true;
    wake();
  }

  void setException(Throwable thrown) {
    exception = thrown;
    wake();
  }

  @Nullable Throwable exception() {
    return exception;
  }

  private void wake() {
    CompletableAsyncFuture<@Nullable Void> waiting = waiter;
    if (waiting != null) {
      waiter = null;
      if (!waiting.isDone()) {
        waiting.setResult(null);
      }
    }
  }

  // --- the reader's side ---

  /** Waits until something is fed, or the end is. */
  private void await(String method) {
    if (waiter != null) {
      throw new IllegalStateException(method + " was called while another task waits for data of the same stream");
    }
    if (paused) { // else there would never be more
      paused = false;
      source.resume();
    }
    CompletableAsyncFuture<@Nullable Void> waiting = loop.createFuture();
    waiter = waiting;
    try {
      waiting.await();
    } finally {
      if (waiter == waiting) {
        waiter = null;
      }
    }
  }

  private void throwIfFailed() throws IOException {
    Throwable thrown = exception;
    if (thrown != null) {
      throw thrown(new ConnectionLostException("the connection was lost: " + thrown.getMessage(), thrown));
    }
  }

  private <X extends IOException> X thrown(X exception) {
    lastThrown = exception;
    return exception;
  }

  /** Whether that is what reading has thrown last, because of what the source did. */
  boolean hasThrown(Throwable thrown) {
    return thrown == lastThrown;
  }

  private byte[] take(int length) {
    byte[] taken = Arrays.copyOfRange(bytes, start, start + length);
    skip(length);
    return taken;
  }

  private void skip(int length) {
    start += length;
    if (start == end) {
      start = 0;
      end = 0;
      if (bytes.length > 2 * limit) {
        bytes = new byte[0]; // one big read is no reason to keep so much
      }
    }
    if (paused && end - start <= limit) {
      paused = false;
      source.resume();
    }
  }

  byte[] takeAll() {
    return take(end - start);
  }

  byte[] read(int most) throws IOException {
    throwIfFailed();
    if (most < 0) {
      throw new IllegalArgumentException("most: " + most + " (expected 0 or more; readAll() reads up to the end)");
    }
    if (most == 0) {
      return new byte[0];
    }
    while (start == end && !ended) {
      await("read");
      throwIfFailed();
    }
    return take(Math.min(most, end - start));
  }

  byte[] readAll() throws IOException {
    throwIfFailed();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] block = read(limit); block.length > 0; block = read(limit)) {
      all.writeBytes(block);
    }
    return all.toByteArray();
  }

  byte[] readExactly(int length) throws IOException {
    if (length < 0) {
      throw new IllegalArgumentException("length: " + length + " (expected 0 or more, not less than zero)");
    }
    throwIfFailed();
    while (end - start < length) {
      if (ended) {
        throw thrown(new IncompleteReadException(takeAll(), length));
      }
      await("readExactly");
      throwIfFailed();
    }
    return take(length);
  }

  byte[] readUntil(byte[] separator) throws IOException {
    if (separator.length == 0) {
      throw new IllegalArgumentException("separator: it should be at least one byte long");
    }
    throwIfFailed();
    int searched = 0; // no separator begins before this
    for (;;) {
      int found = indexOf(separator, searched);
      if (found >= 0) {
        if (found > limit) {
          throw thrown(new LimitOverrunException(
              "the separator is found, but what comes before it is longer than the limit of " + limit, found));
        }
        return take(found + separator.length);
      }
      searched = Math.max(0, end - start + 1 - separator.length);
      if (searched > limit) {
        throw thrown(new LimitOverrunException(
            "the separator is not found, and what has come is longer than the limit of " + limit, searched));
      }
      if (ended) {
        throw thrown(new IncompleteReadException(takeAll(), -1));
      }
      await("readUntil");
      throwIfFailed();
    }
  }

  byte[] readLine() throws IOException {
    try {
      return readUntil(LINE_END);
    } catch (IncompleteReadException last) {
      return last.partial();
    } catch (LimitOverrunException tooLong) {
      boolean isWhole = end - start > tooLong.consumed() && bytes[start + tooLong.consumed()] == '\n';
      skip(isWhole ? tooLong.consumed() + 1 : end - start);
      throw tooLong;
    }
  }

  private static final byte[] LINE_END = {'\n'};

  private int indexOf(byte[] separator, int from) {
    outer : for (int i = start + from; i <= end - separator.length; i++) {
      for (int j = 0; j < separator.length; j++) {
        if (bytes[i + j] != separator[j]) {
          continue outer;
        }
      }
      return i - start;
    }
    return -1;
  }

  boolean isAtEnd() {
    return ended && start == end;
  }

  boolean isWaitedFor() {
    return waiter != null;
  }

  int size() {
    return end - start;
  }

  /** For tests: what is there, unread. */
  byte[] peek() {
    return Arrays.copyOfRange(bytes, start, end);
  }

  /** For example {@code 4 bytes, end, limit=123, exception=…}. */
  String describe() {
    StringBuilder text = new StringBuilder();
    text.append(size()).append(" bytes unread");
    if (ended) {
      text.append(", end");
    }
    if (limit != DEFAULT_LIMIT) {
      text.append(", limit=").append(limit);
    }
    if (waiter != null) {
      text.append(", a task waits");
    }
    if (exception != null) {
      text.append(", exception=").append(exception);
    }
    return text.toString();
  }
}
