package io.asyncrunner.benchmarks.kotlin

import io.asyncrunner.benchmarks.ops.Feeders
import io.asyncrunner.benchmarks.ops.Ops
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.coroutineContext
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Delay
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.asContextElement
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.yield

/** Kotlin's coroutines on `runBlocking`, which is a loop on the calling thread, made anew by each call. */
class Kotlin :
  Ops.RunRoundTrip,
  Ops.RunnerLifecycle,
  Ops.TaskSwitch,
  Ops.SwitchAtDepth,
  Ops.SpawnJoin,
  Ops.PingPong,
  Ops.CallSoon,
  Ops.CallThreadsafe,
  Ops.Timers,
  Ops.GatherFanOut,
  Ops.LockHandoff,
  Ops.ContextVariables,
  Ops.ParkedMemory {

  override fun runTrivial(value: Int): Int = runBlocking { value + 1 }

  override fun openRunClose(value: Int): Int = runBlocking { value + 1 }

  override fun takeTurns(tasks: Int, turns: Int): Int = runBlocking {
    var taken = 0
    coroutineScope {
      repeat(tasks) {
        launch {
          repeat(turns) {
            yield()
            taken++
          }
        }
      }
    }
    taken
  }

  override fun takeTurnsAtDepth(depth: Int, tasks: Int, turns: Int): Int = runBlocking {
    var taken = 0
    coroutineScope {
      repeat(tasks) {
        launch {
          repeat(turns) {
            val own = yieldAt(depth) // before what it is added to is read
            taken += own
          }
        }
      }
    }
    taken
  }

  /** The addition keeps it from being a tail call, which Kotlin would not keep on the stack. */
  private suspend fun yieldAt(depth: Int): Int {
    if (depth == 1) {
      yield()
      return 1
    }
    return yieldAt(depth - 1) + 0 * depth
  }

  override fun spawnAndJoin(tasks: Int): Int = runBlocking {
    var sum = 0
    coroutineScope {
      repeat(tasks) { i ->
        launch { sum += i }
      }
    }
    sum
  }

  override fun play(rounds: Int): Int = runBlocking {
    val there = Channel<Int>(1)
    val back = Channel<Int>(1)
    launch {
      repeat(rounds) { back.send(there.receive() + 1) }
    }
    var ball = 0
    repeat(rounds) {
      there.send(ball + 1)
      ball = back.receive()
    }
    ball
  }

  private suspend fun dispatcher() = coroutineContext[ContinuationInterceptor] as CoroutineDispatcher

  /** Straight to the dispatcher, which is less than a `launch`. */
  override fun runChains(chains: Int, length: Int): Int = runBlocking {
    val dispatcher = dispatcher()
    val done = CompletableDeferred<Unit>()
    var ran = 0
    repeat(chains) {
      val callback = object : Runnable {
        var left = length

        override fun run() {
          ran++
          if (--left > 0) {
            dispatcher.dispatch(EmptyCoroutineContext, this)
          } else if (ran == chains * length) {
            done.complete(Unit)
          }
        }
      }
      dispatcher.dispatch(EmptyCoroutineContext, callback)
    }
    done.await()
    ran
  }

  override fun receive(feeders: Feeders): Int = runBlocking {
    val done = CompletableDeferred<Unit>()
    var received = 0
    feeders.start(dispatcher().asExecutor()) {
      if (++received == feeders.total()) {
        done.complete(Unit)
      }
    }
    done.await()
    received
  }

  /** What `withTimeout` uses: the timer queue of a thread that Kotlin keeps for it; that of `runBlocking` is for `delay`. */
  @OptIn(InternalCoroutinesApi::class)
  override fun setAndFire(timers: Int): Int = runBlocking {
    val clock = dispatcher() as Delay
    val done = CompletableDeferred<Int>()
    var fired = 0
    val callback = Runnable {
      if (++fired == timers) {
        done.complete(fired)
      }
    }
    repeat(timers) {
      clock.invokeOnTimeout(0, callback, EmptyCoroutineContext)
    }
    done.await()
  }

  @OptIn(InternalCoroutinesApi::class)
  override fun setAndCancel(timers: Int): Int = runBlocking {
    val clock = dispatcher() as Delay
    val set = ArrayList<DisposableHandle>(timers)
    repeat(timers) { i ->
      set += clock.invokeOnTimeout(3_600_000L + Ops.Timers.spread(i), {}, EmptyCoroutineContext)
    }
    set.forEach { it.dispose() }
    set.size
  }

  override fun gatherSleepers(tasks: Int): Int = runBlocking {
    List(tasks) { i ->
      async {
        delay(1)
        i
      }
    }.awaitAll().sum()
  }

  override fun handOver(tasks: Int, turns: Int): Int = runBlocking {
    val lock = Mutex()
    var held = 0
    coroutineScope {
      repeat(tasks) {
        launch {
          repeat(turns) {
            lock.withLock {
              val before = held
              yield()
              held = before + 1
            }
          }
        }
      }
    }
    held
  }

  override fun takeTurnsWithVariables(variables: Int, tasks: Int, turns: Int): Int = runBlocking {
    var taken = 0
    coroutineScope {
      repeat(tasks) { i ->
        val own: CoroutineContext = (0 until variables)
          .fold(EmptyCoroutineContext as CoroutineContext) { context, v -> context + VARIABLES[v].asContextElement(i) }
        launch(own) {
          repeat(turns) {
            yield()
            if (variables == 0 || VARIABLES[0].get() == i) {
              taken++
            }
          }
        }
      }
    }
    taken
  }

  override fun park(tasks: Int, whenParked: Runnable): Int = runBlocking {
    val event = CompletableDeferred<Unit>()
    var parked = 0
    var released = 0
    coroutineScope {
      repeat(tasks) {
        launch {
          parked++
          event.await()
          released++
        }
      }
      while (parked < tasks) {
        yield()
      }
      yield()
      whenParked.run()
      event.complete(Unit)
    }
    released
  }

  private companion object {
    val VARIABLES = List(10) { ThreadLocal<Int>() }
  }
}
