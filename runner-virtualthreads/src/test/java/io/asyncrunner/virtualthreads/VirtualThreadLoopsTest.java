package io.asyncrunner.virtualthreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.asyncrunner.Async;
import io.asyncrunner.EventLoop;
import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.Runner;
import io.asyncrunner.VoidCoroutine;
import io.asyncrunner.spi.LoopEngine;
import io.asyncrunner.virtualthreads.child.TellsWhatItGets;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** Which loop one gets, where it runs, and what is said where it does not. */
@ExtendWith(Watchdog.class)
class VirtualThreadLoopsTest {
  private static final String CONFINED = "confined virtual threads";
  private static final String HANDOFF = "virtual threads with hand-over";

  @Test
  void automatic_onAPlatformThread_isConfined() {
    assertThat(kindOf(VirtualThreadLoops.automatic())).contains(CONFINED);
  }

  @Test
  void automatic_onAVirtualThread_isHandoffAndRuns() throws Exception {
    onAVirtualThread(() -> {
      assertThat(kindOf(VirtualThreadLoops.automatic())).contains(HANDOFF);
      try (Runner runner = Runner.builder().loopFactory(VirtualThreadLoops.automatic()).build()) {
        assertThat(runner.<String, RuntimeException>run(() -> {
          Async.sleep(Duration.ofMillis(1));
          return "runs";
        })).isEqualTo("runs");
      }
    });
  }

  @Test
  void create_findsVirtualThreads_andPicksTheirLoopByTheThread() throws Exception {
    assertThat(loopOfANewRunner()).contains(CONFINED);
    onAVirtualThread(() -> assertThat(loopOfANewRunner()).contains(HANDOFF));
  }

  private static String loopOfANewRunner() {
    try (Runner runner = Runner.create()) {
      return runner.<String, RuntimeException>run(() -> EventLoop.running().toString());
    }
  }

  private static String kindOf(EventLoopFactory factory) {
    LoopEngine loop = factory.newEventLoop();
    try {
      return loop.toString();
    } finally {
      loop.close();
    }
  }

  private static void onAVirtualThread(VoidCoroutine<Exception> body) throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread.ofVirtual().start(() -> {
      try {
        body.run();
      } catch (Throwable thrown) {
        failure.set(thrown);
      }
    }).join();
    assertThat(failure.get()).isNull();
  }

  // --- a confined loop on a virtual thread ---

  @Test
  void run_ofAConfinedLoopOnAVirtualThread_isOnAPlatformThread() throws Exception {
    onAVirtualThread(() -> {
      try (Runner runner = Confined.runner()) {
        List<Thread> carriers = new ArrayList<>();
        InheritableThreadLocal<String> local = new InheritableThreadLocal<>();
        local.set("the caller's");
        for (int i = 0; i < 2; i++) {
          assertThat(runner.run(() -> {
            carriers.add(Confined.carrier());
            Async.sleep(Duration.ofMillis(1));
            Thread.sleep(1);
            carriers.add(Confined.carrier());
            return local.get();
          })).isEqualTo("the caller's");
        }
        assertThat(carriers.get(0)).isSameAs(carriers.get(1));
        assertThat(carriers.get(2)).isSameAs(carriers.get(3));
        IOException failure = new IOException("thrown by the test");
        assertThatThrownBy(() -> runner.run(() -> {
          throw failure;
        })).isSameAs(failure);
        carriers.get(0).join();
        carriers.get(2).join();
      }
    });
  }

  @Test
  void run_ofAConfinedLoopOnAVirtualThreadThatIsInterrupted_isCancelled() throws Exception {
    onAVirtualThread(() -> {
      Thread caller = Thread.currentThread();
      List<String> steps = new ArrayList<>();
      try (Runner runner = Confined.runner()) {
        assertThatThrownBy(() -> runner.run(() -> {
          Async.createTask(caller::interrupt);
          try {
            Async.sleep(Duration.ofDays(1));
          } finally {
            Async.sleep(Duration.ZERO);
            steps.add("cleaned up");
          }
        })).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(steps).containsExactly("cleaned up");
        caller.interrupt();
        assertThatThrownBy(() -> runner.run(() -> Async.sleep(Duration.ofDays(1))))
            .isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
        runner.run(() -> Async.sleep(Duration.ZERO));
        assertThat(Thread.interrupted()).isFalse();
      }
    });
  }

  /** A service that is made when a framework starts, and used and closed on its virtual threads. */
  @Test
  void runner_thatWasFirstUsedOnAPlatformThread_runsAndClosesOnVirtualOnes() throws Exception {
    Runner runner = Confined.runner();
    List<String> steps = new ArrayList<>();
    runner.run(() -> {
      Async.createTask(() -> {
        try {
          EventLoop.running().createFuture().await();
        } finally {
          Async.sleep(Duration.ZERO);
          steps.add("cleaned up");
        }
      });
      Async.sleep(Duration.ZERO);
    });
    onAVirtualThread(() -> runner.run(() -> {
      steps.add("ran");
    }));
    runner.run(() -> {
      steps.add("ran on a platform thread again");
    });
    onAVirtualThread(runner::close);
    assertThat(steps).containsExactly("ran", "ran on a platform thread again", "cleaned up");
  }

  @Test
  void run_onAVirtualThreadWhileAnotherThreadRunsIt_isRefused() throws Exception {
    try (Runner runner = Confined.runner()) {
      LoopEngine loop = LoopEngine.of(runner.loop());
      runner.run(() -> {
        Async.toThread(() -> {
          onAVirtualThread(() -> assertThatThrownBy(loop::runForever).isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("running on another thread"));
        });
      });
    }
  }

  @Test
  void close_ofALoopThatNeverRan_worksOnAVirtualThread() throws Exception {
    onAVirtualThread(() -> {
      LoopEngine loop = VirtualThreadLoops.confined().newEventLoop();
      loop.close();
      assertThat(loop.isClosed()).isTrue();
    });
  }

  @Test
  void close_ofARunnerWhoseLoopFactoryFailed_closesIt() {
    IllegalStateException failure = new IllegalStateException("no loop today");
    Runner runner = Runner.builder().loopFactory(() -> {
      throw failure;
    }).build();
    assertThatThrownBy(() -> runner.run(() -> {})).isSameAs(failure);
    runner.close();
  }

  // --- the door ---

  @Test
  void confined_onTheClassPathWithoutTheFlag_namesTheFlagThatOpensIt() throws Exception {
    assertTheNamedFlagOpensTheDoor(false, "java.base/java.lang=ALL-UNNAMED");
  }

  @Test
  void confined_onTheModulePathWithoutTheFlag_namesTheFlagThatOpensIt() throws Exception {
    assertTheNamedFlagOpensTheDoor(true, "java.base/java.lang=io.asyncrunner.virtualthreads");
  }

  private static void assertTheNamedFlagOpensTheDoor(boolean modules, String expected) throws Exception {
    String closed = jvm(modules).run(TellsWhatItGets.class);
    assertThat(closed)
        .contains("named module: " + modules)
        .contains("confined: refused")
        .contains("VirtualThreadLoops.handoff()")
        .contains("Add-Opens: java.base/java.lang")
        .contains("automatic: EventLoop[" + HANDOFF);
    Matcher flag = Pattern.compile("(--add-opens) (\\S+)").matcher(closed);
    assertThat(flag.find()).isTrue();
    assertThat(flag.group(2)).isEqualTo(expected);

    String open = jvm(modules).withFlags(flag.group(1), flag.group(2)).run(TellsWhatItGets.class);
    assertThat(open)
        .contains("confined: EventLoop[" + CONFINED)
        .contains("automatic: EventLoop[" + CONFINED)
        .doesNotContain("refused");
  }

  private static ChildJvm jvm(boolean modules) {
    return modules ? ChildJvm.onModulePath() : ChildJvm.onClassPath();
  }

  // --- the log ---

  @Test
  void automatic_saysOnceWhichLoopsThereAre() {
    Logger logger = (Logger) LoggerFactory.getLogger("io.asyncrunner");
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    logger.addAppender(appender);
    try {
      for (int i = 0; i < 3; i++) {
        assertThat(kindOf(VirtualThreadLoops.automatic())).contains(CONFINED);
      }
    } finally {
      logger.detachAppender(appender);
    }
    assertThat(appender.list).hasSizeLessThanOrEqualTo(1); // another test may have been first
  }
}
