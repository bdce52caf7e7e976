package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.CancelledError;
import io.asyncrunner.Coroutine;
import io.asyncrunner.DeadlineExceededException;
import io.asyncrunner.EventLoop;
import io.asyncrunner.ExceptionGroup;
import io.asyncrunner.KeyboardInterrupt;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.lang.reflect.UndeclaredThrowableException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Libraries wrap the interruption with which a cancellation came to them; it is one all the same. */
@ExtendWith(Watchdog.class)
class ConfinedWrappedInterruptionTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration TWO_HOURS = Duration.ofHours(2);

  /** How libraries answer an interrupt while they wait. */
  enum Wrapping {
    RUNTIME_EXCEPTION {
      @Override
      Throwable wrap(Throwable interruption) {
        return new RuntimeException(interruption);
      }
    },
    /** As the drivers of databases and connection pools. */
    SQL_EXCEPTION {
      @Override
      Throwable wrap(Throwable interruption) {
        return new java.sql.SQLException("interrupted while waiting for a connection", "08006", interruption);
      }
    },
    EXECUTION_EXCEPTION {
      @Override
      Throwable wrap(Throwable interruption) {
        return new ExecutionException(interruption);
      }
    },
    COMPLETION_EXCEPTION {
      @Override
      Throwable wrap(Throwable interruption) {
        return new CompletionException(new IllegalStateException("several times", interruption));
      }
    },
    UNDECLARED {
      @Override
      Throwable wrap(Throwable interruption) {
        return new UndeclaredThrowableException(interruption);
      }
    },
    REFLECTION {
      @Override
      Throwable wrap(Throwable interruption) {
        return new InvocationTargetException(interruption);
      }
    },
    ASSERTION {
      @Override
      Throwable wrap(Throwable interruption) {
        return new AssertionError("wrapped in an error", interruption);
      }
    },
    /** As clients that know only input and output. */
    INPUT_OUTPUT {
      @Override
      Throwable wrap(Throwable interruption) {
        InterruptedIOException io = new InterruptedIOException("interrupted");
        io.initCause(interruption);
        return new UncheckedIOException(io);
      }
    },
    CHANNEL {
      @Override
      Throwable wrap(Throwable interruption) {
        return new UncheckedIOException(new ClosedByInterruptException());
      }
    },
    /** As most of them: the status is set again, and nothing else tells. */
    STATUS_SET_AGAIN {
      @Override
      Throwable wrap(Throwable interruption) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("Thread Interrupted");
      }
    },
    /** Causes may go round in a circle; the interruption is on the way there. */
    CIRCLE {
      @Override
      Throwable wrap(Throwable interruption) {
        RuntimeException outer = new RuntimeException("outer", interruption);
        interruption.initCause(outer);
        return outer;
      }
    };

    abstract Throwable wrap(Throwable interruption);

    String block() throws Exception {
      try {
        Thread.sleep(TWO_HOURS);
        throw new AssertionError("not interrupted");
      } catch (InterruptedException interruption) {
        throw sneaky(wrap(interruption));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Wrapping.class)
  void timeout_aroundALibraryThatWrapsTheInterruption_throwsDeadlineExceeded(Wrapping library) throws Exception {
    Confined.runOnJumpingClock(() -> {
      assertThatThrownBy(() -> Async.timeout(HOUR, () -> {
        library.block();
      })).isInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("PT1H")
          .hasCauseInstanceOf(CancelledError.class);
      assertNothingLeft();
    });
  }

  @ParameterizedTest
  @EnumSource(Wrapping.class)
  void waitFor_ofALibraryThatWrapsTheInterruption_throwsDeadlineExceeded(Wrapping library) throws Exception {
    Confined.runOnJumpingClock(() -> {
      Coroutine<String, Exception> coroutine = library::block;
      assertThatThrownBy(() -> Async.waitFor(HOUR, coroutine)).isInstanceOf(DeadlineExceededException.class);
      Task<String> task = Async.createTask(coroutine);
      assertThatThrownBy(() -> Async.waitFor(HOUR, task)).isInstanceOf(DeadlineExceededException.class);
      assertThat(task.isCancelled()).isTrue();
      assertNothingLeft();
    });
  }

  @ParameterizedTest
  @EnumSource(Wrapping.class)
  void cancel_ofATaskInALibraryThatWrapsTheInterruption_cancelsIt(Wrapping library) throws Exception {
    Confined.runOnJumpingClock(() -> {
      Task<Void> task = Async.createTask(() -> {
        library.block();
      });
      Async.sleep(HOUR);
      task.cancel("enough");
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class).hasMessageContaining("enough");
      assertThat(task.isCancelled()).isTrue();
    });
  }

  @ParameterizedTest
  @EnumSource(Wrapping.class)
  void group_whoseOtherTasksWrapTheInterruption_reportsTheOneFailure(Wrapping library) throws Exception {
    Confined.runOnJumpingClock(() -> {
      IllegalStateException failure = new IllegalStateException("a child failed");
      assertThatThrownBy(() -> TaskGroup.run(group -> {
        group.createTask(() -> {
          library.block();
        });
        group.createTask(() -> {
          Async.sleep(HOUR);
          throw failure;
        });
        library.block(); // the body, too
      })).isInstanceOfSatisfying(ExceptionGroup.class,
          group -> assertThat(group.exceptions()).containsExactly(failure));
      assertNothingLeft();
    });
  }

  @ParameterizedTest
  @EnumSource(Wrapping.class)
  void generator_whoseCodeWrapsTheInterruption_isCancelled(Wrapping library) throws Exception {
    Confined.runOnJumpingClock(() -> {
      AsyncGenerator<String> generator = Async.generator(output -> {
        output.yield("first");
        library.block();
      });
      assertThatThrownBy(() -> Async.timeout(HOUR, () -> {
        while (generator.hasNext()) {
          generator.next();
        }
      })).isInstanceOf(DeadlineExceededException.class);
      assertNothingLeft();
    });
  }

  @Test
  void timeout_aroundAGeneratorThatReadsASocket_throwsDeadlineExceeded() throws Exception {
    Confined.runOnJumpingClock(() -> {
      try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
        AsyncGenerator<Integer> generator = Async.generator(output -> {
          output.yield(socket.getInputStream().read()); // a SocketException, and the status of the generator's thread
        });
        assertThatThrownBy(() -> Async.timeout(HOUR, () -> {
          generator.next();
        })).isInstanceOf(DeadlineExceededException.class).cause().hasCauseInstanceOf(SocketException.class);
        assertNothingLeft();
      }
    });
  }

  @Test
  void race_whoseLoserWrapsTheInterruption_isWon() throws Exception {
    Confined.runOnJumpingClock(() -> {
      List<Coroutine<String, ?>> contestants = List.of(() -> Wrapping.SQL_EXCEPTION.block(), () -> {
        Async.sleep(HOUR);
        return "winner";
      });
      assertThat(Async.race(contestants)).isEqualTo("winner");
      assertNothingLeft();
    });
  }

  @Test
  void timeout_aroundAProxyWhoseHandlerIsInterrupted_throwsDeadlineExceeded() throws Exception {
    Confined.runOnJumpingClock(() -> {
      Runnable proxy = (Runnable) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Runnable.class},
          (self, method, arguments) -> new CountDownLatch(1).await(2, java.util.concurrent.TimeUnit.HOURS));
      assertThatThrownBy(() -> Async.timeout(HOUR, proxy::run)).isInstanceOf(DeadlineExceededException.class);
      assertNothingLeft();
    });
  }

  // --- what is none ---

  @Test
  void exception_thatIsNotCausedByTheInterruption_isAnOrdinaryFailure() throws Exception {
    Confined.runOnJumpingClock(() -> {
      IllegalStateException mine = new IllegalStateException("mine", new IOException("something else"));
      assertThatThrownBy(() -> Async.timeout(HOUR, () -> {
        try {
          Thread.sleep(TWO_HOURS);
        } catch (InterruptedException swallowed) {
          mine.addSuppressed(swallowed); // beside it, not its cause
          throw mine;
        }
      })).isSameAs(mine);
      assertNothingLeft();
    });
  }

  @Test
  void exception_whoseCausesGoRoundInACircleWithoutAnInterruption_isAnOrdinaryFailure() throws Exception {
    Confined.runOnJumpingClock(() -> {
      RuntimeException outer = new RuntimeException("outer");
      outer.initCause(new RuntimeException("inner", outer));
      assertThatThrownBy(() -> Async.timeout(HOUR, () -> {
        try {
          Thread.sleep(TWO_HOURS);
        } catch (InterruptedException swallowed) {
          throw outer;
        }
      })).isSameAs(outer);
      assertNothingLeft();
    });
  }

  @Test
  void wrappedInterruption_thatComesFromElsewhere_isAnOrdinaryFailure() throws Exception {
    Confined.runOnJumpingClock(() -> {
      Thread me = Thread.currentThread();
      Task<Void> other = Async.createTask(me::interrupt);
      assertThatThrownBy(() -> Async.timeout(TWO_HOURS, () -> {
        Wrapping.RUNTIME_EXCEPTION.block();
      })).isInstanceOf(RuntimeException.class).hasCauseInstanceOf(InterruptedException.class);
      other.await();
    });
  }

  @Test
  void wrappedInterruption_afterTheCancellationWasDelivered_isAnOrdinaryFailure() throws Exception {
    Confined.runOnJumpingClock(() -> {
      RuntimeException late = new RuntimeException(new InterruptedException("an old one"));
      assertThatThrownBy(() -> Async.timeout(HOUR, () -> {
        try {
          Thread.sleep(TWO_HOURS);
        } catch (InterruptedException swallowed) {
          // Delivered by the next await.
        }
        try {
          Async.sleep(HOUR);
        } catch (CancelledError cancelled) {
          throw late;
        }
      })).isSameAs(late);
      assertNothingLeft();
    });
  }

  @Test
  void error_thatEndsTheRunWhileTheStatusIsSet_staysWhatItIs() {
    KeyboardInterrupt ending = new KeyboardInterrupt("enough");
    OutOfMemoryError memory = new OutOfMemoryError("thrown by the test");
    for (Error error : List.of(ending, memory)) {
      assertThatThrownBy(() -> Confined.runOnJumpingClock(() -> Async.timeout(HOUR, () -> {
        try {
          Thread.sleep(TWO_HOURS);
        } catch (InterruptedException interruption) {
          Thread.currentThread().interrupt();
          throw error;
        }
      }))).isSameAs(error);
    }
  }

  /** No interrupt and no request is left. */
  private static void assertNothingLeft() throws Exception {
    assertThat(Async.currentTask().cancelling()).isZero();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    Async.sleep(Duration.ZERO);
    assertThat(EventLoop.running().allTasks()).containsExactly(Async.currentTask());
    Callable<Boolean> offer = () -> new ArrayBlockingQueue<String>(1).offer("", 1, java.util.concurrent.TimeUnit.HOURS);
    assertThat(offer.call()).isTrue();
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> RuntimeException sneaky(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
