package io.asyncrunner.libraries;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.asyncrunner.Async;
import io.asyncrunner.Task;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JacksonTest {
  record Order(int id, List<String> items) {}

  /** Gives a few bytes, lets the other tasks have their turns, gives the next few. */
  private static final class Dripping extends InputStream {
    private final byte[] text;
    private int next;

    Dripping(String text) {
      this.text = text.getBytes(UTF_8);
    }

    @Override
    public int read() {
      return next == text.length ? -1 : text[next++];
    }

    @Override
    public int read(byte[] into, int from, int length) {
      Async.sleep(Duration.ZERO);
      int count = Math.min(Math.min(3, length), text.length - next);
      System.arraycopy(text, next, into, from, count);
      next += count;
      return count == 0 ? -1 : count;
    }
  }

  private static List<ObjectMapper> mappers() {
    JsonFactory shared = JsonFactory.builder().recyclerPool(JsonRecyclerPools.newConcurrentDequePool()).build();
    JsonFactory perThread = JsonFactory.builder().recyclerPool(JsonRecyclerPools.threadLocalPool()).build();
    return List.of(new ObjectMapper(), new ObjectMapper(shared), new ObjectMapper(perThread));
  }

  /** All of them are in the middle of their input, with buffers from one pool, at the same time. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void readValue_inManyTasksWhoseInputIsSlow_keepsThemApart(Fibers fibers) throws Exception {
    for (ObjectMapper mapper : mappers()) {
      List<Order> orders = IntStream.range(0, 30)
          .mapToObj(i -> new Order(i, List.of("item " + i, "x".repeat(i))))
          .toList();
      fibers.run(() -> {
        List<Order> read = Async.mapConcurrently(orders,
            order -> mapper.readValue(new Dripping(mapper.writeValueAsString(order)), Order.class));
        assertThat(read).isEqualTo(orders);
      });
    }
  }

  @ParameterizedTest
  @EnumSource(Fibers.class)
  void readValues_oneAfterTheOther_letsOtherTasksGoOnBetween(Fibers fibers) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    fibers.run(() -> {
      List<Integer> ids = new ArrayList<>();
      Task<Void> reader = Async.createTask(() -> {
        try (MappingIterator<Order> orders = mapper.readerFor(Order.class)
            .readValues(new Dripping("{\"id\":1,\"items\":[]}\n{\"id\":2,\"items\":[]}"))) {
          while (orders.hasNextValue()) {
            ids.add(orders.nextValue().id());
          }
        }
      });
      while (ids.isEmpty()) {
        Async.sleep(Duration.ZERO);
      }
      assertThat(reader.isDone()).isFalse();
      reader.await();
      assertThat(ids).containsExactly(1, 2);
    });
  }

  /** Jackson does not close an input whose first read fails: who opened it does. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void readTree_cancelledInItsInput_leavesTheMapperUsable(Fibers fibers) throws Exception {
    for (ObjectMapper mapper : mappers()) {
      fibers.run(() -> {
        for (int i = 0; i < 10; i++) {
          Cancelled.byTimeout(() -> mapper.readTree(new Endless()));
        }
        JsonNode tree = mapper.readTree(new Dripping("{\"a\":[1,2,3]}"));
        assertThat(tree.get("a")).hasSize(3);
      });
    }
  }

  /** Begins an array, and never goes on. */
  @SuppressWarnings("InputStreamSlowMultibyteRead") // and would not even if it were quick
  private static final class Endless extends InputStream {
    private final InputStream beginning = new Dripping("[1, 2, ");

    @Override
    public int read() throws IOException {
      int next = beginning.read();
      if (next < 0) {
        Async.sleep(Duration.ofDays(1));
      }
      return next;
    }
  }

  /** Modules are found by the context class loader of who called {@code run}, on threads, too. */
  @ParameterizedTest
  @EnumSource(Fibers.class)
  void findModules_inATaskAndOnAThread_looksWhereTheCallerOfRunWould(Fibers fibers) throws IOException {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    ClassLoader ofAModule = new ServiceLoading("com.fasterxml.jackson.databind.Module", MarkedModule.class.getName());
    Thread.currentThread().setContextClassLoader(ofAModule);
    try {
      fibers.run(() -> {
        assertThat(moduleNames()).contains("marked");
        assertThat(Async.createTask(() -> moduleNames()).await()).contains("marked");
        assertThat(Async.toThread(() -> moduleNames())).contains("marked");
      });
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  private static List<String> moduleNames() {
    return ObjectMapper.findModules().stream().map(module -> module.getModuleName()).toList();
  }

  /** Found by {@link ServiceLoading} alone. */
  public static final class MarkedModule extends SimpleModule {
    private static final long serialVersionUID = 1;

    /** For the service loader. */
    public MarkedModule() {
      super("marked");
    }
  }

  /** A class loader that has one provider of a service more than its parent. */
  private static final class ServiceLoading extends ClassLoader {
    private final String file;
    private final String provider;

    ServiceLoading(String service, String provider) {
      super(JacksonTest.class.getClassLoader());
      this.file = "META-INF/services/" + service;
      this.provider = provider;
    }

    @Override
    protected Enumeration<URL> findResources(String name) throws IOException {
      if (!name.equals(file)) {
        return Collections.emptyEnumeration();
      }
      Path copy = Files.createTempFile("service", null);
      copy.toFile().deleteOnExit();
      Files.writeString(copy, provider);
      return Collections.enumeration(List.of(copy.toUri().toURL()));
    }
  }
}
