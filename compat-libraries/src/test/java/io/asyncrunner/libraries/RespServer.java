package io.asyncrunner.libraries;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * As much of a Redis server as the tests of its clients need: strings, lists, and BLPOP without a time limit, over RESP 2 and 3. Each
 * connection is read by a thread of its own; one lock guards everything, and a client that waits in BLPOP is answered by whoever
 * pushes.
 */
final class RespServer implements AutoCloseable {
  /** Counts down when the first client waits in BLPOP. */
  final CountDownLatch waiting = new CountDownLatch(1);

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Map<String, String> strings = new HashMap<>();
  private final Map<String, Deque<String>> lists = new HashMap<>();
  private final List<Waiter> waiters = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();

  private record Waiter(Client client, String key) {}

  RespServer() throws IOException {
    thread(() -> {
      for (;;) {
        Client client = new Client(server.accept());
        synchronized (this) {
          clients.add(client);
        }
        thread(client::serve);
      }
    });
  }

  int port() {
    return server.getLocalPort();
  }

  /** How many clients are connected. */
  synchronized int clients() {
    return clients.size();
  }

  /** How many clients wait in BLPOP. */
  synchronized int waiters() {
    return waiters.size();
  }

  private interface Serving {
    void run() throws IOException;
  }

  private static void thread(Serving serving) {
    Thread.ofPlatform().daemon().name("resp").start(() -> {
      try {
        serving.run();
      } catch (IOException closed) {
        // By the test, or by the client.
      }
    });
  }

  @Override
  public void close() throws IOException {
    server.close();
    synchronized (this) {
      for (Client client : clients) {
        client.socket.close();
      }
    }
  }

  private final class Client {
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private int protocol = 2;

    Client(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      this.out = socket.getOutputStream();
    }

    void serve() throws IOException {
      try (socket) {
        for (;;) {
          List<String> command = readCommand();
          synchronized (RespServer.this) {
            answer(command);
          }
        }
      } finally {
        synchronized (RespServer.this) {
          clients.remove(this);
          waiters.removeIf(waiter -> waiter.client == this);
        }
      }
    }

    private List<String> readCommand() throws IOException {
      int words = Integer.parseInt(readLine().substring(1));
      List<String> command = new ArrayList<>();
      for (int i = 0; i < words; i++) {
        byte[] word = new byte[Integer.parseInt(readLine().substring(1))];
        in.readFully(word);
        readLine();
        command.add(new String(word, UTF_8));
      }
      return command;
    }

    private String readLine() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int c; (c = in.readUnsignedByte()) != '\n';) {
        if (c != '\r') {
          line.append((char) c);
        }
      }
      return line.toString();
    }

    private void answer(List<String> command) throws IOException {
      switch (command.get(0).toUpperCase(Locale.ROOT)) {
        case "HELLO" -> {
          protocol = command.size() > 1 ? Integer.parseInt(command.get(1)) : protocol;
          write(
              (protocol == 3 ? "%7" : "*14") + "\r\n" + bulk("server") + bulk("redis") + bulk("version") + bulk("7.2.0")
                  + bulk("proto") + ":" + protocol + "\r\n" + bulk("id") + ":1\r\n" + bulk("mode") + bulk("standalone")
                  + bulk("role")
                  + bulk("master") + bulk("modules") + "*0\r\n");
        }
        case "PING" -> write("+PONG\r\n");
        case "SELECT" -> write("+OK\r\n");
        case "CLIENT" -> write(command.get(1).equalsIgnoreCase("SETINFO") ? "+OK\r\n" : "-ERR unknown subcommand\r\n");
        case "GET" -> write(bulk(strings.get(command.get(1))));
        case "SET" -> {
          strings.put(command.get(1), command.get(2));
          write("+OK\r\n");
        }
        case "RPUSH" -> {
          push(command.get(1), command.get(2));
          write(":1\r\n");
        }
        case "BLPOP" -> {
          Deque<String> list = lists.getOrDefault(command.get(1), new ArrayDeque<>());
          if (list.isEmpty()) {
            waiters.add(new Waiter(this, command.get(1)));
            waiting.countDown();
          } else {
            writePopped(command.get(1), list.removeFirst());
          }
        }
        default -> write("-ERR unknown command '" + command.get(0) + "'\r\n");
      }
    }

    private void push(String key, String value) throws IOException {
      for (Waiter waiter : waiters) {
        if (waiter.key.equals(key)) {
          waiters.remove(waiter);
          waiter.client.writePopped(key, value);
          return;
        }
      }
      lists.computeIfAbsent(key, _ -> new ArrayDeque<>()).addLast(value);
    }

    private void writePopped(String key, String value) throws IOException {
      write("*2\r\n" + bulk(key) + bulk(value));
    }

    private String bulk(String text) {
      if (text == null) {
        return protocol == 3 ? "_\r\n" : "$-1\r\n";
      }
      return "$" + text.getBytes(UTF_8).length + "\r\n" + text + "\r\n";
    }

    private void write(String reply) throws IOException {
      out.write(reply.getBytes(UTF_8));
      out.flush();
    }
  }
}
