package io.asyncrunner.virtualthreads;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/** Calls of the JDK that block until something happens, which a test makes happen, and that an interrupt ends early. */
enum BlockingCall {
  SLEEP {
    @Override
    Instance open() {
      return new Instance() {
        private Thread sleeper;
        private boolean unblocked;

        @Override
        void block() throws InterruptedException {
          sleeper = Thread.currentThread();
          try {
            Thread.sleep(Duration.ofHours(1));
          } catch (InterruptedException woken) {
            if (!unblocked) {
              throw woken;
            }
          }
        }

        @Override
        void unblock() {
          unblocked = true;
          sleeper.interrupt();
        }
      };
    }
  },
  OBJECT_WAIT {
    @Override
    Instance open() {
      return new Instance() {
        private boolean notified;

        @Override
        synchronized void block() throws InterruptedException {
          while (!notified) {
            wait();
          }
        }

        @Override
        synchronized void unblock() {
          notified = true;
          notifyAll();
        }
      };
    }
  },
  ARRAY_BLOCKING_QUEUE_TAKE {
    @Override
    Instance open() {
      return ofQueue(new ArrayBlockingQueue<>(1));
    }
  },
  LINKED_BLOCKING_QUEUE_TAKE {
    @Override
    Instance open() {
      return ofQueue(new LinkedBlockingQueue<>());
    }
  },
  LINKED_TRANSFER_QUEUE_TAKE {
    @Override
    Instance open() {
      return ofQueue(new LinkedTransferQueue<>());
    }
  },
  SEMAPHORE_ACQUIRE {
    @Override
    Instance open() {
      Semaphore semaphore = new Semaphore(0);
      return of(semaphore::acquire, semaphore::release);
    }
  },
  LATCH_AWAIT {
    @Override
    Instance open() {
      CountDownLatch latch = new CountDownLatch(1);
      return of(latch::await, latch::countDown);
    }
  },
  FUTURE_GET {
    @Override
    Instance open() {
      CompletableFuture<String> future = new CompletableFuture<>();
      return of(future::get, () -> future.complete("done"));
    }
  },
  THREAD_JOIN {
    @Override
    Instance open() {
      CountDownLatch latch = new CountDownLatch(1);
      Thread thread = Thread.ofPlatform().daemon().start(() -> {
        try {
          latch.await();
        } catch (InterruptedException unexpected) {
          throw new AssertionError(unexpected);
        }
      });
      return of(thread::join, latch::countDown).closedBy(latch::countDown);
    }
  },
  LOCK_INTERRUPTIBLY {
    @Override
    Instance open() throws Exception {
      ReentrantLock lock = new ReentrantLock();
      CountDownLatch locked = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      Thread owner = Thread.ofPlatform().daemon().start(() -> {
        lock.lock();
        try {
          locked.countDown();
          release.await();
        } catch (InterruptedException unexpected) {
          throw new AssertionError(unexpected);
        } finally {
          lock.unlock();
        }
      });
      locked.await();
      return of(() -> {
        lock.lockInterruptibly();
        lock.unlock();
      }, release::countDown).closedBy(() -> {
        release.countDown();
        owner.join();
      });
    }
  },
  SOCKET_READ {
    @Override
    Instance open() throws IOException {
      ServerSocket server = new ServerSocket(0, 1, LOOPBACK);
      Socket ours = new Socket(LOOPBACK, server.getLocalPort());
      Socket theirs = server.accept();
      return of(() -> expectByte(ours.getInputStream()), () -> theirs.getOutputStream().write(1))
          .closedBy(ours::close)
          .closedBy(theirs::close)
          .closedBy(server::close);
    }
  },
  SOCKET_ACCEPT {
    @Override
    Instance open() throws IOException {
      ServerSocket server = new ServerSocket(0, 1, LOOPBACK);
      return of(() -> server.accept().close(), () -> new Socket(LOOPBACK, server.getLocalPort()).close())
          .closedBy(server::close);
    }
  },
  DATAGRAM_RECEIVE {
    @Override
    Instance open() throws IOException {
      DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
      return of(() -> socket.receive(new DatagramPacket(new byte[1], 1)), () -> {
        try (DatagramSocket sender = new DatagramSocket(0, LOOPBACK)) {
          sender.send(new DatagramPacket(new byte[1], 1, socket.getLocalSocketAddress()));
        }
      }).closedBy(socket::close);
    }
  },
  SOCKET_CHANNEL_READ {
    @Override
    Instance open() throws IOException {
      ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress(LOOPBACK, 0));
      SocketChannel ours = SocketChannel.open(server.getLocalAddress());
      SocketChannel theirs = server.accept();
      return of(() -> ours.read(ByteBuffer.allocate(1)), () -> theirs.write(ByteBuffer.allocate(1)))
          .closedBy(ours::close)
          .closedBy(theirs::close)
          .closedBy(server::close);
    }
  },
  NIO_PIPE_READ {
    @Override
    Instance open() throws IOException {
      Pipe pipe = Pipe.open();
      return of(() -> pipe.source().read(ByteBuffer.allocate(1)), () -> pipe.sink().write(ByteBuffer.allocate(1)))
          .closedBy(pipe.source()::close)
          .closedBy(pipe.sink()::close);
    }
  },
  PIPED_STREAM_READ {
    @Override
    Instance open() throws IOException {
      PipedOutputStream sink = new PipedOutputStream();
      PipedInputStream source = new PipedInputStream(sink);
      return of(() -> expectByte(source), () -> {
        sink.write(1);
        sink.flush();
      });
    }
  },
  HTTP_CLIENT_SEND {
    @Override
    Instance open() throws IOException {
      CountDownLatch answer = new CountDownLatch(1);
      HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 1);
      server.setExecutor(command -> Thread.ofPlatform().daemon().start(command));
      server.createContext("/", exchange -> {
        try (exchange) {
          answer.await();
          exchange.sendResponseHeaders(200, -1);
        } catch (InterruptedException unexpected) {
          throw new AssertionError(unexpected);
        } catch (IOException gone) {
          // The client has given up.
        }
      });
      server.start();
      HttpRequest request = HttpRequest.newBuilder(
          URI.create("http://" + LOOPBACK.getHostAddress() + ":" + server.getAddress().getPort() + "/")).build();
      HttpClient client = HttpClient.newHttpClient();
      return of(() -> {
        HttpResponse<Void> response = client.send(request, HttpResponse.BodyHandlers.discarding());
        if (response.statusCode() != 200) {
          throw new AssertionError("expected 200, found " + response);
        }
      }, answer::countDown).closedBy(answer::countDown)
          .closedBy(client::shutdownNow)
          .closedBy(() -> server.stop(0));
    }
  };

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  /** Makes what the call needs. */
  abstract Instance open() throws Exception;

  /** One call and what ends it. */
  abstract static class Instance implements AutoCloseable {
    private final Deque<Action> closing = new ArrayDeque<>();

    /** Makes the call; returns after {@link #unblock}. */
    abstract void block() throws Exception;

    /** Has the call return. */
    abstract void unblock() throws Exception;

    final Instance closedBy(Action action) {
      closing.add(action);
      return this;
    }

    @Override
    public final void close() {
      try {
        while (!closing.isEmpty()) {
          closing.remove().run();
        }
      } catch (Exception unexpected) {
        throw new AssertionError("cannot clean up", unexpected);
      }
    }
  }

  /** Something that may throw. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  private static Instance of(Action block, Action unblock) {
    return new Instance() {
      @Override
      void block() throws Exception {
        block.run();
      }

      @Override
      void unblock() throws Exception {
        unblock.run();
      }
    };
  }

  private static Instance ofQueue(BlockingQueue<String> queue) {
    return of(queue::take, () -> queue.add("element"));
  }

  private static void expectByte(InputStream stream) throws IOException {
    if (stream.read() != 1) {
      throw new AssertionError("expected the byte that was sent");
    }
  }
}
