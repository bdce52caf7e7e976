package io.asyncrunner.netty;

import static io.asyncrunner.contract.Contract.start;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Task;
import io.asyncrunner.VoidCoroutine;
import io.netty.buffer.Unpooled;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * CPython's tests of its streams, ported: what they ask of {@code StreamReader} is asked of the buffer that a {@link ByteStream}
 * reads from, the rest of streams on each transport. {@code cpython-test-streams.txt} has their list.
 */
class CPythonStreamsTest {
  private static final String DATA = "line1\nline2\nline3\n";

  /** All of CPython's tests are here, or in the list with a reason why not. */
  @Test
  void list_always_hasEachTestOnceHereOrWithAReason() throws Exception {
    List<String> listed = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    try (InputStream file = Objects.requireNonNull(getClass().getResourceAsStream("/cpython-test-streams.txt"))) {
      new BufferedReader(new InputStreamReader(file, US_ASCII)).lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> {
            String[] parts = line.split(": ", 2);
            listed.add(parts[0]);
            if (parts.length == 2) {
              assertThat(parts[1]).as("the reason of " + parts[0]).isNotBlank();
              missing.add(parts[0]);
            }
          });
    }
    assertThat(listed).hasSize(67).doesNotHaveDuplicates();
    List<String> here = Stream.of(Reading.class, Connections.class)
        .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
        .filter(method -> method.isAnnotationPresent(CPython.class))
        .map(CPythonStreamsTest::origin)
        .toList();
    List<String> all = new ArrayList<>(here);
    all.addAll(missing);
    assertThat(all).containsExactlyInAnyOrderElementsOf(listed);
  }

  private static String origin(Method method) {
    return method.getAnnotation(CPython.class).value();
  }

  static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  static String text(byte[] bytes) {
    return new String(bytes, US_ASCII);
  }

  /** What {@code StreamReader} does with what it is fed. */
  @Nested
  class Reading extends NettyTest {
    private void on(VoidCoroutine<Throwable> body) throws Throwable {
      run(Transport.NIO, body);
    }

    private ReadBuffer newBuffer() {
      return newBuffer(ReadBuffer.DEFAULT_LIMIT);
    }

    private ReadBuffer newBuffer(int limit) {
      return new ReadBuffer(EventLoop.running(), limit, new ReadBuffer.Source() {
        @Override
        public void pause() {}

        @Override
        public void resume() {}
      });
    }

    private void feed(ReadBuffer buffer, String... data) {
      for (String piece : data) {
        buffer.feed(Unpooled.wrappedBuffer(ascii(piece)));
      }
    }

    private void feedSoon(ReadBuffer buffer, boolean end, String... data) {
      EventLoop.running().callSoon(() -> {
        feed(buffer, data);
        if (end) {
          buffer.feedEof();
        }
      });
    }

    private void assertLeft(ReadBuffer buffer, String expected) {
      assertThat(text(buffer.peek())).isEqualTo(expected);
    }

    @Test
    @CPython("test_feed_empty_data")
    void feed_nothing_leavesTheBufferEmpty() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, "");
        assertLeft(buffer, "");
      });
    }

    @Test
    @CPython("test_feed_nonempty_data")
    void feed_data_isInTheBuffer() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, DATA);
        assertLeft(buffer, DATA);
      });
    }

    @Test
    @CPython("test_read_zero")
    void read_zero_takesNothing() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, DATA);
        assertThat(buffer.read(0)).isEmpty();
        assertLeft(buffer, DATA);
      });
    }

    @Test
    @CPython("test_read")
    void read_dataComesLater_givesIt() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feedSoon(buffer, false, DATA);
        assertThat(text(buffer.read(30))).isEqualTo(DATA);
        assertLeft(buffer, "");
      });
    }

    @Test
    @CPython("test_read_line_breaks")
    void read_severalPieces_givesAsManyBytesAsAsked() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, "line1", "line2");
        assertThat(text(buffer.read(5))).isEqualTo("line1");
        assertLeft(buffer, "line2");
      });
    }

    @Test
    @CPython("test_read_eof")
    void read_theEndComes_givesNothing() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feedSoon(buffer, true);
        assertThat(buffer.read(1024)).isEmpty();
        assertLeft(buffer, "");
      });
    }

    @Test
    @CPython("test_read_until_eof")
    void readAll_severalPiecesAndTheEnd_givesAll() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feedSoon(buffer, true, "chunk1\n", "chunk2");
        assertThat(text(buffer.readAll())).isEqualTo("chunk1\nchunk2");
        assertLeft(buffer, "");
      });
    }

    @Test
    @CPython("test_read_exception")
    void read_afterAnException_throwsIt() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, "line\n");
        assertThat(text(buffer.read(2))).isEqualTo("li");
        Exception exception = new Exception("set");
        buffer.setException(exception);
        assertThatThrownBy(() -> buffer.read(2)).isInstanceOf(ConnectionLostException.class)
            .cause()
            .isSameAs(exception);
      });
    }

    @Test
    @CPython("test_invalid_limit")
    void newBuffer_limitNotPositive_refused() throws Throwable {
      on(() -> {
        assertThatIllegalArgumentException().isThrownBy(() -> newBuffer(0)).withMessageContaining("limit");
        assertThatIllegalArgumentException().isThrownBy(() -> newBuffer(-1)).withMessageContaining("limit");
        assertThatIllegalArgumentException().isThrownBy(() -> StreamOptions.DEFAULT.withLimit(0))
            .withMessageContaining("limit");
      });
    }

    @Test
    @CPython("test_read_limit")
    void read_moreThanTheLimitIsThere_givesIt() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer(3);
        feed(buffer, "chunk");
        assertThat(text(buffer.read(5))).isEqualTo("chunk");
        assertLeft(buffer, "");
      });
    }

    @Test
    @CPython("test_readline")
    void readLine_theRestComesLater_givesTheLine() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, "chunk1 ");
        feedSoon(buffer, false, "chunk2 ", "chunk3 ", "\n chunk4");
        assertThat(text(buffer.readLine())).isEqualTo("chunk1 chunk2 chunk3 \n");
        assertLeft(buffer, " chunk4");
      });
    }

    @Test
    @CPython("test_readline_limit_with_existing_data")
    void readLine_longerThanTheLimitAlready_refusedAndPassedOver() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer(3);
        feed(buffer, "li", "ne1\nline2\n");
        assertThatThrownBy(buffer::readLine).isInstanceOf(LimitOverrunException.class);
        assertLeft(buffer, "line2\n");

        ReadBuffer unended = newBuffer(3);
        feed(unended, "li", "ne1", "li");
        assertThatThrownBy(unended::readLine).isInstanceOf(LimitOverrunException.class);
        assertLeft(unended, "");
      });
    }

    @Test
    @CPython("test_at_eof")
    void isAtEnd_dataAndTheEnd_onlyWhenAllIsRead() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        assertThat(buffer.isAtEnd()).isFalse();
        feed(buffer, "some data\n");
        assertThat(buffer.isAtEnd()).isFalse();
        buffer.readLine();
        assertThat(buffer.isAtEnd()).isFalse();
        feed(buffer, "some data\n");
        buffer.feedEof();
        buffer.readLine();
        assertThat(buffer.isAtEnd()).isTrue();
      });
    }

    @Test
    @CPython("test_readline_limit")
    void readLine_growsBeyondTheLimit_refused() throws Throwable {
      on(() -> {
        ReadBuffer one = newBuffer(7);
        feedSoon(one, true, "chunk1", "chunk2", "chunk3\n");
        assertThatThrownBy(one::readLine).isInstanceOf(LimitOverrunException.class);
        assertLeft(one, "");

        ReadBuffer two = newBuffer(7);
        feedSoon(two, true, "chunk1", "chunk2\n", "chunk3\n");
        assertThatThrownBy(two::readLine).isInstanceOf(LimitOverrunException.class);
        assertLeft(two, "chunk3\n");

        ReadBuffer strict = newBuffer(7);
        feed(strict, "1234567\n");
        assertThat(text(strict.readLine())).isEqualTo("1234567\n");
        assertLeft(strict, "");
        feed(strict, "12345678\n");
        assertThatThrownBy(strict::readLine).isInstanceOf(LimitOverrunException.class);
        assertLeft(strict, "");
        feed(strict, "12345678");
        assertThatThrownBy(strict::readLine).isInstanceOf(LimitOverrunException.class);
        assertLeft(strict, "");
      });
    }

    @Test
    @CPython("test_readline_nolimit_nowait")
    void readLine_allIsThere_doesNotWait() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, DATA.substring(0, 6), DATA.substring(6));
        assertThat(text(buffer.readLine())).isEqualTo("line1\n");
        assertLeft(buffer, "line2\nline3\n");
      });
    }

    @Test
    @CPython("test_readline_eof")
    void readLine_theEndInsteadOfALineEnd_givesWhatThereIs() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, "some data");
        buffer.feedEof();
        assertThat(text(buffer.readLine())).isEqualTo("some data");
      });
    }

    @Test
    @CPython("test_readline_empty_eof")
    void readLine_atTheEnd_givesNothing() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        buffer.feedEof();
        assertThat(buffer.readLine()).isEmpty();
      });
    }

    @Test
    @CPython("test_readline_read_byte_count")
    void read_afterALine_givesAsManyBytesAsAsked() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, DATA);
        buffer.readLine();
        assertThat(text(buffer.read(7))).isEqualTo("line2\nl");
        assertLeft(buffer, "ine3\n");
      });
    }

    @Test
    @CPython("test_readline_exception")
    void readLine_afterAnException_throwsIt() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, "line\n");
        assertThat(text(buffer.readLine())).isEqualTo("line\n");
        Exception exception = new Exception("set");
        buffer.setException(exception);
        assertThatThrownBy(buffer::readLine).cause().isSameAs(exception);
        assertLeft(buffer, "");
      });
    }

    @Test
    @CPython("test_readuntil_separator")
    void readUntil_emptySeparator_refused() throws Throwable {
      on(() -> assertThatIllegalArgumentException().isThrownBy(() -> newBuffer().readUntil(new byte[0]))
          .withMessageContaining("separator"));
    }

    @Test
    @CPython("test_readuntil_multi_chunks")
    void readUntil_longSeparator_givesUpToIt() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        for (String rest : List.of("", "", "xxx")) {
          feed(buffer, "lineAAA" + rest);
          assertThat(text(buffer.readUntil(ascii("AAA")))).isEqualTo("lineAAA");
          assertLeft(buffer, rest);
        }
      });
    }

    @Test
    @CPython("test_readuntil_multi_chunks_1")
    void readUntil_separatorInPieces_givesUpToIt() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        for (List<String> pieces : List.of(List.of("QWEaa", "XYaa", "a"), List.of("QWEaa", "XYa", "aa"), List.of("aaa"),
            List.of("Xaaa"), List.of("XXX", "a", "a", "a"))) {
          feed(buffer, pieces.toArray(new String[0]));
          assertThat(text(buffer.readUntil(ascii("aaa")))).isEqualTo(String.join("", pieces));
          assertLeft(buffer, "");
        }
      });
    }

    @Test
    @CPython("test_readuntil_eof")
    void readUntil_theEndComesFirst_throwsWhatThereWas() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, "some dataAA");
        buffer.feedEof();
        assertThatThrownBy(() -> buffer.readUntil(ascii("AAA"))).isInstanceOfSatisfying(IncompleteReadException.class,
            thrown -> {
              assertThat(thrown).hasMessageContaining("undefined expected bytes");
              assertThat(text(thrown.partial())).isEqualTo("some dataAA");
              assertThat(thrown.expected()).isNegative();
            });
        assertLeft(buffer, "");
      });
    }

    @Test
    @CPython("test_readuntil_limit_found_sep")
    void readUntil_beyondTheLimit_saysWhetherTheSeparatorIsThere() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer(3);
        feed(buffer, "some dataAA");
        assertThatThrownBy(() -> buffer.readUntil(ascii("AAA"))).isInstanceOf(LimitOverrunException.class)
            .hasMessageContaining("not found");
        assertLeft(buffer, "some dataAA");
        feed(buffer, "A");
        assertThatThrownBy(() -> buffer.readUntil(ascii("AAA"))).isInstanceOf(LimitOverrunException.class)
            .hasMessageContaining("is found");
        assertLeft(buffer, "some dataAAA");
      });
    }

    @Test
    @CPython("test_readexactly_zero_or_less")
    void readExactly_zeroOrLess_nothingOrRefused() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, DATA);
        assertThat(buffer.readExactly(0)).isEmpty();
        assertLeft(buffer, DATA);
        assertThatIllegalArgumentException().isThrownBy(() -> buffer.readExactly(-1))
            .withMessageContaining("less than zero");
        assertLeft(buffer, DATA);
      });
    }

    @Test
    @CPython("test_readexactly")
    void readExactly_severalPieces_givesAsManyBytesAsAsked() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feedSoon(buffer, false, DATA, DATA, DATA);
        assertThat(text(buffer.readExactly(2 * DATA.length()))).isEqualTo(DATA + DATA);
        assertLeft(buffer, DATA);
      });
    }

    @Test
    @CPython("test_readexactly_limit")
    void readExactly_moreThanTheLimit_givesIt() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer(3);
        feed(buffer, "chunk");
        assertThat(text(buffer.readExactly(5))).isEqualTo("chunk");
        assertLeft(buffer, "");
      });
    }

    @Test
    @CPython("test_readexactly_eof")
    void readExactly_theEndComesFirst_throwsWhatThereWas() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feedSoon(buffer, true, DATA);
        assertThatThrownBy(() -> buffer.readExactly(2 * DATA.length()))
            .isInstanceOfSatisfying(IncompleteReadException.class, thrown -> {
              assertThat(text(thrown.partial())).isEqualTo(DATA);
              assertThat(thrown.expected()).isEqualTo(36);
              assertThat(thrown).hasMessage("18 bytes read on a total of 36 expected bytes");
            });
        assertLeft(buffer, "");
      });
    }

    @Test
    @CPython("test_readexactly_exception")
    void readExactly_afterAnException_throwsIt() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, "line\n");
        assertThat(text(buffer.readExactly(2))).isEqualTo("li");
        Exception exception = new Exception("set");
        buffer.setException(exception);
        assertThatThrownBy(() -> buffer.readExactly(2)).cause().isSameAs(exception);
      });
    }

    @Test
    @CPython("test_exception")
    void exception_set_isGiven() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        assertThat(buffer.exception()).isNull();
        Exception exception = new Exception("set");
        buffer.setException(exception);
        assertThat(buffer.exception()).isSameAs(exception);
      });
    }

    @Test
    @CPython("test_exception_waiter")
    void setException_aTaskWaits_throwsItThere() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        Exception exception = new Exception("set");
        Task<byte[]> reading = Async.createTask(buffer::readLine);
        Task<Void> setting = Async.createTask(() -> buffer.setException(exception));
        Async.awaitAll(List.of(reading, setting));
        assertThat(reading.exception()).cause().isSameAs(exception);
      });
    }

    @Test
    @CPython("test_exception_cancel")
    void setException_theTaskThatWaitedWasCancelled_doesNoHarm() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        Task<byte[]> reading = Async.createTask(buffer::readLine);
        EventLoop.running().yieldNow();
        assertThat(buffer.isWaitedFor()).isTrue();
        reading.cancel();
        EventLoop.running().yieldNow();
        buffer.setException(new Exception("set"));
        Async.awaitAll(List.of(reading));
        assertThat(reading.isCancelled()).isTrue();
        assertThat(buffer.isWaitedFor()).isFalse();
      });
    }

    @Test
    @CPython("test_streamreader_constructor_without_loop")
    void connect_outsideALoop_refused() {
      assertThatIllegalStateException().isThrownBy(() -> Streams.connect(anyPort())).withMessageContaining("loop");
    }

    @Test
    @CPython("test___repr__")
    void describe_fresh_saysThatItIsEmpty() throws Throwable {
      on(() -> assertThat(newBuffer().describe()).isEqualTo("0 bytes unread"));
    }

    @Test
    @CPython("test___repr__nondefault_limit")
    void describe_anotherLimit_saysIt() throws Throwable {
      on(() -> assertThat(newBuffer(123).describe()).isEqualTo("0 bytes unread, limit=123"));
    }

    @Test
    @CPython("test___repr__eof")
    void describe_atTheEnd_saysIt() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        buffer.feedEof();
        assertThat(buffer.describe()).isEqualTo("0 bytes unread, end");
      });
    }

    @Test
    @CPython("test___repr__data")
    void describe_data_saysHowMuch() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        feed(buffer, "data");
        assertThat(buffer.describe()).isEqualTo("4 bytes unread");
      });
    }

    @Test
    @CPython("test___repr__exception")
    void describe_failed_saysWithWhat() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        buffer.setException(new IllegalStateException("reason"));
        assertThat(buffer.describe()).contains("exception=java.lang.IllegalStateException: reason");
      });
    }

    @Test
    @CPython("test___repr__waiter")
    void describe_aTaskWaits_saysIt() throws Throwable {
      on(() -> {
        ReadBuffer buffer = newBuffer();
        Task<byte[]> reading = Async.createTask(buffer::readLine);
        EventLoop.running().yieldNow();
        assertThat(buffer.describe()).isEqualTo("0 bytes unread, a task waits");
        feed(buffer, "\n");
        reading.await();
        assertThat(buffer.describe()).isEqualTo("0 bytes unread");
      });
    }

    @Test
    @CPython("test_IncompleteReadError_pickleable")
    void incompleteRead_serialised_isTheSame() throws Exception {
      IncompleteReadException read = copyOf(new IncompleteReadException(ascii("abc"), 10));
      assertThat(read).hasMessage(new IncompleteReadException(ascii("abc"), 10).getMessage());
      assertThat(text(read.partial())).isEqualTo("abc");
      assertThat(read.expected()).isEqualTo(10);
    }

    @Test
    @CPython("test_LimitOverrunError_pickleable")
    void limitOverrun_serialised_isTheSame() throws Exception {
      LimitOverrunException read = copyOf(new LimitOverrunException("message", 10));
      assertThat(read).hasMessage("message");
      assertThat(read.consumed()).isEqualTo(10);
    }

    @SuppressWarnings("unchecked")
    private <T> T copyOf(T object) throws Exception {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(object);
      }
      try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        return (T) in.readObject();
      }
    }
  }

  /** Connections and servers, on each transport. */
  @Nested
  class Connections extends NettyTest {
    private static final String TRANSPORTS = "io.asyncrunner.netty.NettyTest#transports";

    private static void askAndRead(ByteStream connection) throws Exception {
      connection.write(ascii("GET / HTTP/1.0\r\n\r\n"));
      assertThat(text(connection.readLine())).isEqualTo("HTTP/1.0 200 OK\r\n");
      assertThat(text(connection.readAll())).endsWith("\r\n\r\nTest message");
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_open_connection")
    void connect_aServer_talksWithIt(Transport transport) throws Throwable {
      try (HttpServerThread server = HttpServerThread.start()) {
        run(transport, () -> {
          ByteStream connection = Streams.connect(server.address);
          askAndRead(connection);
          connection.close();
        });
      }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_open_unix_connection")
    void connect_aUnixSocket_talksWithIt(Transport transport) throws Throwable {
      try (HttpServerThread server = HttpServerThread.startUnix()) {
        run(transport, () -> {
          ByteStream connection = Streams.connect(server.address);
          askAndRead(connection);
          connection.close();
        });
      }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_open_connection_no_loop_ssl")
    void connect_tls_talksWithIt(Transport transport) throws Throwable {
      try (HttpServerThread server = HttpServerThread.startTls()) {
        run(transport, () -> {
          ByteStream connection = Streams.connect(server.address, StreamOptions.DEFAULT.withTls(Tls.client()));
          assertThat(connection.isSecure()).isTrue();
          askAndRead(connection);
          connection.close();
        });
      }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_open_unix_connection_no_loop_ssl")
    void connect_tlsOnAUnixSocket_talksWithIt(Transport transport) throws Throwable {
      SocketAddress address = UnixDomainSocketAddress.of(HttpServerThread.newSocketPath());
      run(transport, () -> Streams.serve(address, StreamOptions.DEFAULT.withTls(Tls.server()), connection -> {
        connection.write(connection.readLine());
      }, server -> {
        ByteStream connection = Streams.connect(address,
            StreamOptions.DEFAULT.withTls(Tls.client()).withServerName("localhost"));
        assertThat(connection.isSecure()).isTrue();
        connection.write(ascii("a line\n"));
        assertThat(text(connection.readAll())).isEqualTo("a line\n");
        connection.close();
        return null;
      }));
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_open_connection_error")
    void read_theConnectionFails_throwsWhatFailed(Transport transport) throws Throwable {
      try (HttpServerThread server = HttpServerThread.start()) {
        run(transport, () -> assertFails(Streams.connect(server.address)));
      }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_open_unix_connection_error")
    void read_theUnixConnectionFails_throwsWhatFailed(Transport transport) throws Throwable {
      try (HttpServerThread server = HttpServerThread.startUnix()) {
        run(transport, () -> assertFails(Streams.connect(server.address)));
      }
    }

    private static void assertFails(ByteStream connection) throws Exception {
      ArithmeticException failure = new ArithmeticException("in a handler");
      connection.channel().pipeline().fireExceptionCaught(failure);
      assertThatThrownBy(connection::readAll).isInstanceOf(ConnectionLostException.class).cause().isSameAs(failure);
      assertThatThrownBy(connection::awaitClosed).cause().isSameAs(failure);
    }

    private static byte[] talk(SocketAddress address) throws Exception {
      ByteStream connection = Streams.connect(address);
      connection.write(ascii("hello world!\n"));
      byte[] answer = connection.readLine();
      connection.close();
      connection.awaitClosed();
      return answer;
    }

    private static void echoLine(ByteStream connection) throws Exception {
      byte[] line = connection.readLine();
      connection.write(line);
      connection.drain();
      connection.close();
      connection.awaitClosed();
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_start_server")
    void serve_aClient_isServed(Transport transport) throws Throwable {
      run(transport, () -> {
        byte[] answer = Streams.serve(anyPort(), Connections::echoLine, server -> talk(server.address()));
        assertThat(text(answer)).isEqualTo("hello world!\n");
      });
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_start_unix_server")
    void serve_aUnixSocket_isServed(Transport transport) throws Throwable {
      SocketAddress address = UnixDomainSocketAddress.of(HttpServerThread.newSocketPath());
      run(transport, () -> {
        byte[] answer = Streams.serve(address, Connections::echoLine, server -> talk(address));
        assertThat(text(answer)).isEqualTo("hello world!\n");
      });
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_start_tls")
    void startTls_onBothSides_goesOnInTls(Transport transport) throws Throwable {
      run(transport, () -> Streams.serve(anyPort(), connection -> {
        connection.write(connection.readLine());
        connection.drain();
        assertThat(connection.isSecure()).isFalse();
        connection.startTls(Tls.server());
        assertThat(connection.isSecure()).isTrue();
        echoLine(connection);
      }, server -> {
        ByteStream connection = Streams.connect(server.address());
        connection.write(ascii("hello world 1!\n"));
        connection.drain();
        assertThat(text(connection.readLine())).isEqualTo("hello world 1!\n");
        assertThat(connection.isSecure()).isFalse();
        connection.startTls(Tls.client());
        assertThat(connection.isSecure()).isTrue();
        connection.write(ascii("hello world 2!\n"));
        connection.drain();
        assertThat(text(connection.readLine())).isEqualTo("hello world 2!\n");
        connection.close();
        connection.awaitClosed();
        return null;
      }));
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_streamreader_constructor_use_running_loop")
    void connect_inALoop_belongsToIt(Transport transport) throws Throwable {
      try (HttpServerThread server = HttpServerThread.start()) {
        run(transport, () -> {
          ByteStream connection = Streams.connect(server.address);
          assertThat(connection.channel().eventLoop()).isSameAs(NettyLoops.eventLoop(EventLoop.running()));
          connection.abort();
        });
      }
    }

    /** Ten tasks drain one stream, whose peer does not read; when it does, all go on. */
    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_multiple_drain")
    void drain_severalTasks_allGoOn(Transport transport) throws Throwable {
      run(transport, () -> {
        CompletableAsyncFuture<Void> mayRead = EventLoop.running().createFuture();
        Streams.serve(anyPort(), connection -> {
          mayRead.await();
          while (connection.read(1 << 16).length > 0) {
            // Reads on.
          }
        }, server -> {
          ByteStream connection = Streams.connect(server.address());
          assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(300), () -> {
            while (true) { // until the system takes no more
              connection.write(new byte[1 << 16]);
              connection.drain();
            }
          })).isInstanceOf(DeadlineExceededException.class);
          List<Task<Void>> drainers = new ArrayList<>();
          for (int i = 0; i < 10; i++) {
            drainers.add(Async.createTask(connection::drain));
          }
          for (int i = 0; i < 10; i++) {
            EventLoop.running().yieldNow();
          }
          assertThat(drainers).noneMatch(Task::isDone);
          mayRead.setResult(null);
          Async.gather(drainers);
          connection.close();
          return null;
        });
      });
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_drain_raises")
    void drain_thePeerHasClosed_throws(Transport transport) throws Throwable {
      try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        CompletableFuture<Void> closed = start(() -> {
          listening.accept().close();
          return null;
        });
        run(transport, () -> {
          ByteStream connection = Streams.connect(listening.getLocalSocketAddress());
          assertThatThrownBy(() -> {
            while (true) {
              connection.write(ascii("foo\n"));
              connection.drain();
              EventLoop.running().yieldNow();
            }
          }).isInstanceOf(ConnectionLostException.class);
        });
        closed.join();
      }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test___repr__transport")
    void toString_always_hasTheChannel(Transport transport) throws Throwable {
      try (HttpServerThread server = HttpServerThread.start()) {
        run(transport, () -> {
          ByteStream connection = Streams.connect(server.address);
          assertThat(connection).hasToString("ByteStream[open, 0 bytes unread, " + connection.channel() + "]");
          connection.abort();
          connection.awaitClosed();
          assertThat(connection.toString()).startsWith("ByteStream[closed, ");
        });
      }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_wait_closed_on_close")
    void awaitClosed_afterClose_returns(Transport transport) throws Throwable {
      try (HttpServerThread server = HttpServerThread.start()) {
        run(transport, () -> {
          ByteStream connection = Streams.connect(server.address);
          connection.write(ascii("GET / HTTP/1.0\r\n\r\n"));
          assertThat(text(connection.readLine())).isEqualTo("HTTP/1.0 200 OK\r\n");
          assertThat(text(connection.readAll())).endsWith("Test message");
          assertThat(connection.isClosing()).isFalse();
          connection.close();
          assertThat(connection.isClosing()).isTrue();
          connection.awaitClosed();
        });
      }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_wait_closed_on_close_with_unread_data")
    void awaitClosed_unreadData_returns(Transport transport) throws Throwable {
      try (HttpServerThread server = HttpServerThread.start()) {
        run(transport, () -> {
          ByteStream connection = Streams.connect(server.address);
          connection.write(ascii("GET / HTTP/1.0\r\n\r\n"));
          assertThat(text(connection.readLine())).isEqualTo("HTTP/1.0 200 OK\r\n");
          connection.close();
          connection.awaitClosed();
        });
      }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_async_writer_api")
    void close_afterAnExchange_returns(Transport transport) throws Throwable {
      try (HttpServerThread server = HttpServerThread.start()) {
        run(transport, () -> {
          ByteStream connection = Streams.connect(server.address);
          askAndRead(connection);
          connection.close();
          connection.awaitClosed();
        });
      }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_async_writer_api_exception_after_close")
    void write_afterClose_drainThrows(Transport transport) throws Throwable {
      try (HttpServerThread server = HttpServerThread.start()) {
        run(transport, () -> {
          ByteStream connection = Streams.connect(server.address);
          askAndRead(connection);
          connection.close();
          connection.write(ascii("data"));
          assertThatThrownBy(connection::drain).isInstanceOf(ConnectionLostException.class);
        });
      }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_eof_feed_when_closing_writer")
    void read_afterCloseHere_isAtTheEnd(Transport transport) throws Throwable {
      try (HttpServerThread server = HttpServerThread.start()) {
        run(transport, () -> {
          ByteStream connection = Streams.connect(server.address);
          connection.close();
          connection.awaitClosed();
          assertThat(connection.isAtEnd()).isTrue();
          assertThat(connection.readAll()).isEmpty();
        });
      }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    @CPython("test_unhandled_exceptions")
    void serve_aHandlerThrows_isReportedAndTheServerGoesOn(Transport transport) throws Throwable {
      run(transport, () -> Streams.serve(anyPort(), connection -> {
        throw new Exception("test");
      }, server -> {
        for (int i = 1; i <= 2; i++) {
          ByteStream connection = Streams.connect(server.address());
          connection.readAll();
          connection.close();
          connection.awaitClosed();
          int expected = i;
          until(() -> reports.size() == expected);
        }
        return null;
      }));
      assertThat(reports).hasSize(2)
          .allSatisfy(report -> {
            assertThat(report.message()).startsWith("exception in the handler of a connection");
            assertThat(report.exception()).hasMessage("test");
          });
      reports.clear();
    }
  }
}
