package io.asyncrunner.libraries;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/** Where an appender writes to: a stream that blocks until the gate is open, as a full pipe does. */
final class GatedStream extends OutputStream {
  /** Counts down with the first write. */
  final CountDownLatch reached = new CountDownLatch(1);

  private final Semaphore gate = new Semaphore(0);
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  void open() {
    gate.release();
  }

  List<String> lines() {
    return written.toString(UTF_8).lines().toList();
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    reached.countDown();
    gate.acquireUninterruptibly();
    gate.release();
    written.write(bytes, from, length);
  }
}
