package io.asyncrunner.benchmarks.contenders;

import io.asyncrunner.EventLoopFactory;
import io.asyncrunner.benchmarks.kotlin.Kotlin;
import io.asyncrunner.benchmarks.ops.Contender;
import io.asyncrunner.netty.NettyLoops;
import io.asyncrunner.virtualthreads.VirtualThreadLoops;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** All contenders of this JVM, by the names that the results carry. CPython's are in {@code asyncio_bench.py}. */
public final class Contenders {
  private static final Map<String, Supplier<Contender>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("confined", () -> new OwnLoop(VirtualThreadLoops.confined()));
    ALL.put("handoff", () -> new OwnLoop(VirtualThreadLoops.handoff()));
    ALL.put("platform", Platform::new);
    ALL.put("nettyLoopNio", () -> new OwnLoop(NettyLoops.nio()));
    putIfAvailable("nettyLoopEpoll", NettyLoops::epoll);
    putIfAvailable("nettyLoopIoUring", NettyLoops::ioUring);
    ALL.put("virtualThreadExecutor", VirtualThreadExecutor::new);
    ALL.put("singleThreadExecutor", SingleThreadExecutor::new);
    ALL.put("forkJoinPool", ForkJoin::new);
    ALL.put("structuredTaskScope", JdkStructured::new);
    ALL.put("kotlin", Kotlin::new);
    ALL.put("jox", Jox::new);
    ALL.put("nettyDefaultEventLoop", NettyDefaultEventLoop::new);
    ALL.put("continuation", RawContinuation::new);
  }

  private static void putIfAvailable(String name, Supplier<EventLoopFactory> factory) {
    try {
      EventLoopFactory loops = factory.get();
      ALL.put(name, () -> new OwnLoop(loops));
    } catch (IllegalStateException unavailable) {
      System.err.println(name + " is left out: " + unavailable.getMessage());
    }
  }

  private Contenders() {}

  /**
   * The names.
   *
   * @return in the order of the tables
   */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /**
   * The names of those that can do an operation.
   *
   * @param operation one of the {@code Ops}
   * @return in the order of the tables
   */
  public static List<String> namesOf(Class<? extends Contender> operation) {
    return names().stream().filter(name -> operation.isInstance(create(name))).toList();
  }

  /**
   * Makes a contender.
   *
   * @param name its name
   * @return a new one, not open
   */
  public static Contender create(String name) {
    return Objects.requireNonNull(ALL.get(name), () -> "no contender is called " + name + ": " + names()).get();
  }
}
