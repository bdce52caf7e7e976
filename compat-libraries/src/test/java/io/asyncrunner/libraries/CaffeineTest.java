package io.asyncrunner.libraries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.asyncrunner.Async;
import io.asyncrunner.CancelledError;
import io.asyncrunner.CompletableAsyncFuture;
import io.asyncrunner.EventLoop;
import io.asyncrunner.Runner;
import io.asyncrunner.Task;
import io.asyncrunner.test.SimulatedLoops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CaffeineTest {
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void get_loaderThatAwaits_letsTasksWithOtherKeysGoOn(Fibers fibers) {
    fibers.run(() -> {
      Cache<String, String> cache = Caffeine.newBuilder().build();
      CompletableAsyncFuture<String> answer = EventLoop.running().createFuture();
      Task<String> slow = Async.createTask(() -> cache.get("slow", key -> answer.await()));
      Task<String> quick = Async.createTask(() -> cache.get("quick", key -> key + "!"));
      assertThat(quick.await()).isEqualTo("quick!");
      assertThat(slow.isDone()).isFalse();
      answer.setResult("found");
      assertThat(slow.await()).isEqualTo("found");
      assertThat(cache.getIfPresent("slow")).isEqualTo("found");
    });
  }

  /** The second task waits for the lock that the first holds while it awaits: on other fibers the loop would stand still. */
  @Test
  void get_sameKeyWhileItsLoaderAwaits_onConfinedFibersWaitsForTheOneLoad() {
    Fibers.CONFINED.run(() -> {
      Cache<String, String> cache = Caffeine.newBuilder().build();
      CompletableAsyncFuture<String> answer = EventLoop.running().createFuture();
      List<String> loads = new ArrayList<>();
      List<Task<String>> tasks = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        tasks.add(Async.createTask(() -> cache.get("key", key -> {
          loads.add(key);
          return answer.await();
        })));
      }
      Async.createTask(() -> answer.setResult("found")).await();
      assertThat(Async.gather(tasks)).hasSize(10).containsOnly("found");
      assertThat(loads).containsExactly("key");
    });
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void get_cancelledInItsLoader_letsTheNextLoad(Fibers fibers) {
    fibers.run(() -> {
      Cache<String, String> cache = Caffeine.newBuilder().build();
      Cancelled.byTimeout(() -> {
        String _ = cache.get("key", key -> EventLoop.running().<String>createFuture().await());
      });
      assertThat(cache.getIfPresent("key")).isNull();
      assertThat(cache.get("key", key -> "loaded")).isEqualTo("loaded");
    });
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void asyncCache_loadedByATask_isAwaitedByAllAndLoadedOnce(Fibers fibers) {
    fibers.run(() -> {
      EventLoop loop = EventLoop.running();
      AsyncCache<String, String> cache = Caffeine.newBuilder().executor(loop).buildAsync();
      List<String> loads = new ArrayList<>();
      List<String> values = Async.mapConcurrently(List.of("a", "a", "a", "b"), key -> Async.await(
          cache.get(key, (wanted, executor) -> Async.createTask(() -> {
            loads.add(wanted);
            Async.sleep(Duration.ZERO);
            return wanted + EventLoop.running().equals(loop);
          }).toCompletableFuture())));
      assertThat(values).containsExactly("atrue", "atrue", "atrue", "btrue");
      assertThat(loads).containsExactly("a", "b");
    });
  }

  /** As with any stage, who is cancelled while he awaits a load cancels it, unless he awaits a copy. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void asyncCache_awaitOfACopyCancelled_leavesTheLoadToTheOthers(Fibers fibers) {
    fibers.run(() -> {
      AsyncCache<String, String> cache = Caffeine.newBuilder().buildAsync();
      CompletableFuture<String> load = new CompletableFuture<>();
      Task<String> impatient = Async.createTask(() -> Async.await(cache.get("key", (key, executor) -> load).copy()));
      Task<String> patient = Async.createTask(() -> Async.await(cache.get("key", (key, executor) -> load).copy()));
      Async.sleep(Duration.ZERO);
      impatient.cancel();
      assertThatThrownBy(impatient::await).isInstanceOf(CancelledError.class);
      load.complete("found");
      assertThat(patient.await()).isEqualTo("found");

      CompletableFuture<String> other = new CompletableFuture<>();
      Task<String> owner = Async.createTask(() -> Async.await(cache.get("other", (key, executor) -> other)));
      Async.sleep(Duration.ZERO);
      owner.cancel();
      assertThatThrownBy(owner::await).isInstanceOf(CancelledError.class);
      assertThat(other).isCancelled();
      assertThat(cache.getIfPresent("other")).isNull();
    });
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void removalListener_withTheLoopAsExecutor_runsOnTheLoop(Fibers fibers) {
    fibers.run(() -> {
      EventLoop loop = EventLoop.running();
      CompletableAsyncFuture<String> removed = loop.createFuture();
      Cache<String, String> cache = Caffeine.newBuilder()
          .executor(loop)
          .removalListener((String key, String value, RemovalCause cause) -> removed
              .setResult(key + value + cause + EventLoop.running().equals(loop)))
          .build();
      cache.put("a", "1");
      cache.invalidate("a");
      assertThat(removed.await()).isEqualTo("a1EXPLICITtrue");
    });
  }

  /** The loop's clock may be read on the loop alone, so the cache tidies up there, too. */
  @Test
  void expiry_onAVirtualClock_isThatOfTheLoop() {
    try (Runner runner = Runner.builder().loopFactory(SimulatedLoops.virtualClock()).build()) {
      runner.run(() -> {
        EventLoop loop = EventLoop.running();
        Cache<String, String> cache = Caffeine.newBuilder()
            .expireAfterWrite(Duration.ofHours(2))
            .ticker(loop::time)
            .executor(loop)
            .build();
        cache.put("a", "1");
        Async.sleep(Duration.ofHours(1));
        assertThat(cache.getIfPresent("a")).isEqualTo("1");
        Async.sleep(Duration.ofHours(1));
        assertThat(cache.getIfPresent("a")).isNull();
      });
    }
  }
}
