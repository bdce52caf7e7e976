package io.asyncrunner.benchmarks.contenders;

import com.softwaremill.jox.Channel;
import com.softwaremill.jox.structured.Fork;
import com.softwaremill.jox.structured.Scopes;
import io.asyncrunner.benchmarks.ops.Ops;
import java.util.ArrayList;
import java.util.List;

/** Jox: scopes and channels on virtual threads. Locks and events are the JDK's. */
final class Jox extends VirtualThreads implements Ops.RunRoundTrip, Ops.RunnerLifecycle {
  @Override
  public int runTrivial(int value) throws Exception {
    return Scopes.supervised(scope -> scope.fork(() -> value + 1).join());
  }

  @Override
  public int openRunClose(int value) throws Exception {
    return runTrivial(value);
  }

  @Override
  int group(Forking forking) throws Exception {
    return Scopes.supervised(scope -> {
      List<Fork<Integer>> tasks = new ArrayList<>();
      forking.run(body -> tasks.add(scope.fork(body::run)));
      int sum = 0;
      for (Fork<Integer> task : tasks) {
        sum += task.join();
      }
      return sum;
    });
  }

  @Override
  Box newBox() {
    Channel<Integer> channel = Channel.newBufferedChannel(1);
    return new Box() {
      @Override
      public void put(Integer item) throws InterruptedException {
        channel.send(item);
      }

      @Override
      public Integer take() throws InterruptedException {
        return channel.receive();
      }
    };
  }
}
