package io.asyncrunner.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.Async;
import io.asyncrunner.AsyncGenerator;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.TaskGroup;
import io.asyncrunner.TaskOptions;
import io.asyncrunner.sync.AsyncBarrier;
import io.asyncrunner.sync.AsyncCondition;
import io.asyncrunner.sync.AsyncEvent;
import io.asyncrunner.sync.AsyncLock;
import io.asyncrunner.sync.AsyncQueue;
import io.asyncrunner.sync.AsyncSemaphore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same seed gives the same course: on ten runs, on every kind of fiber, and in every JVM, those of JDK 17 and 25 included,
 * where it has to be the one that is recorded in {@code course-of-seed-42.txt}.
 */
class DeterminismTest {
  private static final int RUNS = 10;

  static List<Kinds> kinds() {
    return Kinds.available();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void course_ofASeed_isTheRecordedOne(Kinds kind) throws IOException {
    String recorded = recorded();
    for (int i = 0; i < RUNS; i++) {
      assertThat(course(SimulatedLoops.seeded(42).on(kind.fibers()))).isEqualTo(recorded);
    }
  }

  private static String recorded() throws IOException {
    try (InputStream in = DeterminismTest.class.getResourceAsStream("course-of-seed-42.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The table without line numbers, which change with each edit of this file. */
  private static String course(SimulatedLoops loops) {
    try (Runner runner = Runner.builder().loopFactory(loops.recording()).build()) {
      EventLoop loop = runner.loop();
      List<String> order = runner.run(DeterminismTest::program);
      StringBuilder text = new StringBuilder(String.join(" ", order)).append('\n');
      for (Interleaving.Step step : Interleaving.of(loop).steps()) {
        text.append(step.number())
            .append(' ')
            .append(step.time().toMillis())
            .append(" ms ")
            .append(step.place())
            .append(" of ")
            .append(step.ready())
            .append(' ')
            .append(step.what())
            .append(": ")
            .append(step.then().replaceAll(":\\d+\\)", ")"))
            .append('\n');
      }
      return text.toString();
    }
  }

  /** A bit of everything that suspends. */
  private static List<String> program() {
    List<String> order = new ArrayList<>();
    AsyncLock lock = new AsyncLock();
    AsyncSemaphore semaphore = new AsyncSemaphore(2);
    AsyncQueue<Integer> queue = new AsyncQueue<>(1);
    AsyncBarrier barrier = new AsyncBarrier(3);
    AsyncEvent event = new AsyncEvent();
    AsyncCondition condition = new AsyncCondition();
    TaskGroup.run(group -> {
      for (int i = 0; i < 3; i++) {
        int number = i;
        group.createTask(TaskOptions.named("worker-" + number), () -> {
          barrier.await();
          lock.with(() -> {
            order.add("locked" + number);
            Async.sleep(Duration.ofMillis(5));
          });
          semaphore.with(() -> Async.sleep(Duration.ofMillis(5)));
          queue.put(number);
          event.await();
          condition.with(() -> condition.await());
          order.add("end" + number);
        });
      }
      group.createTask(TaskOptions.named("consumer"), () -> {
        for (int i = 0; i < 3; i++) {
          order.add("got" + queue.get());
        }
        event.set();
        Async.sleep(Duration.ofMillis(1));
        condition.with(condition::signalAll);
      });
      group.createTask(TaskOptions.named("generator"), () -> {
        try (AsyncGenerator<Integer> numbers = Async.generator(out -> {
          for (int i = 0; i < 3; i++) {
            Async.sleep(Duration.ofMillis(5));
            out.yield(i);
          }
        })) {
          while (numbers.hasNext()) {
            order.add("generated" + numbers.next());
          }
        }
      });
      Task<?> eager = group.createTask(TaskOptions.named("eager").withEagerStart(true), () -> {
        order.add("eager");
        Async.sleep(Duration.ofMillis(5));
      });
      EventLoop.running().callLater(Duration.ofMillis(5), () -> order.add("timer"));
      EventLoop.running().callSoon(() -> order.add("callback"));
      eager.await();
      order.add("raced " + Async.race(() -> sleepAndGive("a"), () -> sleepAndGive("b")));
    });
    return order;
  }

  private static String sleepAndGive(String name) {
    Async.sleep(Duration.ofMillis(5));
    return name;
  }

  public static void main(String[] arguments) {
    System.out.print(course(SimulatedLoops.seeded(42)));
  }
}
