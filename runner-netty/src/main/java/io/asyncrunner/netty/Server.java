package io.asyncrunner.netty;

import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionContext;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.spi.Surroundings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A server that listens, in the scope of {@link Streams#serve}. Its connections are the tasks of a group.
 *
 * @asyncio {@code Server}
 */
public final class Server {
  private final EventLoop loop;
  private final TaskGroup group;
  private final Surroundings surroundings; // of whoever began to serve
  private final PeerFaults faults;
  private final Set<Task<?>> connections = new LinkedHashSet<>();
  private Channel listening;
  private boolean stopped;

  @SuppressWarnings("NullAway") // set right away, by the one who makes it
  Server(EventLoop loop, TaskGroup group, PeerFaults faults) {
    this.loop = loop;
    this.group = group;
    this.surroundings = Surroundings.capture(loop);
    this.faults = faults;
  }

  void setListening(Channel channel) {
    this.listening = channel;
  }

  /** Begins a task for a connection that has just been accepted. In a callback. */
  <S extends ChannelStream> void accept(S connection, Streams.Handler<S> handler) {
    if (stopped) {
      connection.abort();
      return;
    }
    connection.rememberPeer();
    Task<?> task;
    try {
      task = surroundings.run(() -> group.createTask(() -> serve(connection, handler)));
    } catch (IllegalStateException shuttingDown) {
      connection.abort();
      return;
    }
    connections.add(task);
    task.addDoneCallback(done -> {
      connections.remove(task);
      connection.abort(); // if it was cancelled before it began; else it is closed by now
    });
  }

  private <S extends ChannelStream> void serve(S connection, Streams.Handler<S> handler) {
    boolean ended = false;
    try {
      SslHandler tls = connection.channel().pipeline().get(SslHandler.class);
      if (tls != null) {
        connection.awaitHandshake(tls);
      }
      handler.handle(connection);
      connection.close();
      connection.awaitLost(); // how it ends is no longer the handler's concern
      ended = true;
    } catch (CancelledError | VirtualMachineError | KeyboardInterrupt ending) {
      throw ending;
    } catch (Throwable thrown) { // concerns this connection alone
      // A handler that the program has set decides for itself.
      Throwable fault = loop.exceptionHandler() == null ? connection.peersFault(thrown) : null;
      if (fault != null) {
        faults.report(connection, fault);
      } else {
        loop.callExceptionHandler(
            new ExceptionContext("exception in the handler of a connection: " + connection, thrown,
                Async.currentTask(), null));
      }
    } finally {
      if (!ended) {
        connection.abort();
      }
    }
  }

  /**
   * Where it listens.
   *
   * @return the address, with the port that the system has given
   */
  public SocketAddress address() {
    return listening.localAddress();
  }

  /**
   * Netty's channel.
   *
   * @return the channel that listens
   */
  public Channel channel() {
    return listening;
  }

  /**
   * How many connections are being served.
   *
   * @return the number
   */
  public int connections() {
    return connections.size();
  }

  /** Stops accepting; the connections go on. Does not wait. No effect if it has stopped. */
  public void stopAccepting() {
    stopped = true;
    ChannelFuture unused = listening.close();
  }

  /** The scope has been left: gives the connections time to end, then cancels them. The group waits for that. */
  void drain(Duration grace) throws IOException {
    stopped = true;
    NettyFutures.await(listening.close(), IOException.class);
    try {
      if (!connections.isEmpty()) {
        Async.Waited<Task<?>> unused = Async.awaitAll(grace, List.copyOf(connections));
      }
    } finally {
      for (Task<?> connection : List.copyOf(connections)) {
        connection.cancel("the server has stopped");
      }
    }
  }
}
