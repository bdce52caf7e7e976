package com.example.selectorloop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.selectorloop.UdpSocket.Datagram;
import io.asyncrunner.Async;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class UdpSocketTest {
  private final Runner runner = Runner.builder().loopFactory(SelectorLoops.factory()).build();

  @AfterEach
  void closeRunner() {
    runner.close();
  }

  private static UdpSocket newSocket() throws IOException {
    return UdpSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static String text(Datagram datagram) {
    return new String(datagram.payload(), UTF_8);
  }

  /** Answers each datagram, in capitals. */
  private static void shoutBack(UdpSocket server) throws IOException {
    for (;;) {
      Datagram question = server.receive();
      server.send(text(question).toUpperCase().getBytes(UTF_8), question.sender());
    }
  }

  private static String ask(UdpSocket server, String question) throws IOException {
    try (UdpSocket client = newSocket()) {
      client.send(question.getBytes(UTF_8), server.address());
      return text(client.receive());
    }
  }

  @Test
  void receive_manyClientsAndAServerOnOneLoop_allHaveTheirAnswers() throws IOException {
    List<String> answers = runner.run(() -> {
      try (UdpSocket server = newSocket()) {
        Task<?> serving = Async.createTask(() -> shoutBack(server));
        List<String> received = Async.mapConcurrently(List.of("a", "b", "c"), question -> ask(server, question));
        serving.cancel();
        return received;
      }
    });

    assertThat(answers).containsExactly("A", "B", "C");
  }

  @Test
  void receive_fromAnotherThread_wakesTheLoop() throws Exception {
    String received = runner.run(() -> {
      try (UdpSocket socket = newSocket(); DatagramSocket foreign = new DatagramSocket()) {
        Async.createTask(
            () -> Async.toThread(() -> foreign.send(new DatagramPacket("hello".getBytes(UTF_8), 5, socket.address()))));
        return text(socket.receive());
      }
    });

    assertThat(received).isEqualTo("hello");
  }

  @Test
  void receive_thatTimesOut_losesNothing() throws IOException {
    runner.run(() -> {
      try (UdpSocket socket = newSocket()) {
        assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(10), socket::receive))
            .isInstanceOf(DeadlineExceededException.class);

        socket.send("late".getBytes(UTF_8), socket.address());

        assertThat(text(socket.receive())).isEqualTo("late");
      }
    });
  }

  @Test
  void receive_bySeveralTasks_eachDatagramOnce() throws IOException {
    List<String> received = new ArrayList<>();

    runner.run(() -> {
      try (UdpSocket socket = newSocket()) {
        TaskGroup.run(group -> {
          for (int i = 0; i < 3; i++) {
            group.createTask(() -> {
              received.add(text(socket.receive()));
            });
          }
          Async.sleep(Duration.ZERO); // all wait
          for (String payload : List.of("1", "2", "3")) {
            socket.send(payload.getBytes(UTF_8), socket.address());
          }
        });
      }
    });

    assertThat(received).containsExactlyInAnyOrder("1", "2", "3");
  }

  @Test
  void timers_whileADatagramIsNotRead_fire() throws IOException {
    runner.run(() -> {
      try (UdpSocket socket = newSocket()) {
        socket.send("unread".getBytes(UTF_8), socket.address());
        Async.sleep(Duration.ofMillis(10));
        assertThat(text(socket.receive())).isEqualTo("unread");
      }
    });
  }

  @Test
  void close_whileATaskReceives_throwsThere() throws IOException {
    runner.run(() -> {
      UdpSocket socket = newSocket();
      Task<?> receiving = Async.createTask(socket::receive);
      Async.sleep(Duration.ZERO);

      socket.close();

      assertThatThrownBy(receiving::await).hasCauseInstanceOf(ClosedChannelException.class);
    });
  }

  @Test
  void closeOfTheLoop_withASocketLeftOpen_closesIt() throws IOException {
    UdpSocket[] left = new UdpSocket[1];
    runner.run(() -> {
      left[0] = newSocket();
      Async.createTask(left[0]::receive);
    });

    runner.close();

    assertThatThrownBy(left[0]::address).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void bind_onAnotherKindOfLoop_refuses() {
    assertThatThrownBy(() -> Async.run(UdpSocketTest::newSocket))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("SelectorLoops");
  }
}
