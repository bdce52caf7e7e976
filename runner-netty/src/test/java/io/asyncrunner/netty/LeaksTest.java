package io.asyncrunner.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That leaks would be found. */
class LeaksTest {
  @Test
  void take_aBufferThatNobodyReleased_findsIt() {
    Leaks.take();
    ByteBufAllocator.DEFAULT.ioBuffer(16);
    List<String> found = new ArrayList<>();
    for (int i = 0; i < 100 && found.isEmpty(); i++) {
      found.addAll(Leaks.take());
    }
    assertThat(found).isNotEmpty();
  }
}
