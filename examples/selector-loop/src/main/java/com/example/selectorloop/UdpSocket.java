package com.example.selectorloop;

import io.asyncrunner.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;

/** A UDP socket for the tasks of one loop: {@link #receive} and {@link #send} wait without holding up the others. */
public final class UdpSocket implements AutoCloseable {
  private static final int LARGEST = 65_535;

  private final SelectorPoller poller;
  private final DatagramChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(LARGEST);

  private UdpSocket(SelectorPoller poller, DatagramChannel channel) {
    this.poller = poller;
    this.channel = channel;
  }

  /**
   * What was received.
   *
   * @param sender where it came from
   * @param payload its bytes
   */
  public record Datagram(SocketAddress sender, byte[] payload) {}

  /** Opens a socket on the running loop, which has to be one of {@link SelectorLoops}. */
  public static UdpSocket bind(InetSocketAddress address) throws IOException {
    SelectorPoller poller = SelectorLoops.pollerOf(EventLoop.running());
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.bind(address);
      poller.register(channel);
    } catch (IOException | RuntimeException failed) {
      channel.close();
      throw failed;
    }
    return new UdpSocket(poller, channel);
  }

  /** The address that it is bound to. */
  public InetSocketAddress address() throws IOException {
    return (InetSocketAddress) channel.getLocalAddress();
  }

  // @start region=receive
  /** Waits for the next datagram. Of several tasks that wait, any one gets it. */
  public Datagram receive() throws IOException {
    for (;;) {
      buffer.clear();
      SocketAddress sender = channel.receive(buffer); // null: there is none yet
      if (sender != null) {
        byte[] payload = new byte[buffer.flip().remaining()];
        buffer.get(payload);
        return new Datagram(sender, payload);
      }
      poller.awaitReady(channel, SelectionKey.OP_READ);
    }
  }
  // @end

  /** Sends a datagram; waits as long as the system has no room for it. */
  public void send(byte[] payload, SocketAddress receiver) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(payload);
    while (channel.send(bytes, receiver) == 0 && payload.length > 0) {
      poller.awaitReady(channel, SelectionKey.OP_WRITE);
    }
  }

  /** Closes it; who waits for it gets a {@link ClosedChannelException}. */
  @Override
  public void close() throws IOException {
    poller.close(channel);
  }
}
