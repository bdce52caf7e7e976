"""CPython's asyncio, and uvloop where it is installed, on the operations of Ops.java.

usage: asyncio_bench.py MILLISECONDS ROW…

Measures the rows it knows for so long each, and prints CSV as bin/bench does.
"""

import asyncio
import contextvars
import gc
import os
import statistics
import sys
import threading
import time

ROWS = {}


def row(name, operations):
    """Registers a coroutine function, or with a runner's own life cycle a function, and how many operations it does."""

    def register(function):
        ROWS[name] = (function, operations)
        return function

    return register


async def trivial(value):
    return value + 1


@row("RunRoundTrip", 1)
def run_round_trip(runner, new_loop):
    return runner.run(trivial(1))


@row("RunnerLifecycle", 1)
def runner_lifecycle(runner, new_loop):
    with asyncio.Runner(loop_factory=new_loop) as own:
        return own.run(trivial(1))


async def group(tasks, body):
    async with asyncio.TaskGroup() as running:
        for i in range(tasks):
            running.create_task(body(i))


async def take_turns(_):
    for _ in range(100):
        await asyncio.sleep(0)


@row("TaskSwitch", 100 * 100)
async def task_switch():
    await group(100, take_turns)


async def pause_at(depth):
    if depth == 1:
        await asyncio.sleep(0)
        return 1
    return await pause_at(depth - 1)


def at_depth(depth):
    async def turns(_):
        for _ in range(100):
            await pause_at(depth)

    async def operation():
        await group(100, turns)

    row(f"SwitchAtDepth[{depth}]", 100 * 100)(operation)


for a_depth in (1, 16, 64):
    at_depth(a_depth)


@row("SpawnJoin", 1_000)
async def spawn_join():
    await group(1_000, trivial)


@row("PingPong", 1_000)
async def ping_pong():
    there, back = asyncio.Queue(1), asyncio.Queue(1)

    async def pong():
        for _ in range(1_000):
            await back.put(await there.get() + 1)

    async def ping():
        ball = 0
        for _ in range(1_000):
            await there.put(ball + 1)
            ball = await back.get()
        assert ball == 2_000

    async with asyncio.TaskGroup() as running:
        running.create_task(pong())
        running.create_task(ping())


def chains(count):
    async def operation():
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        ran = 0

        def callback(left):
            nonlocal ran
            ran += 1
            if left > 1:
                loop.call_soon(callback, left - 1)
            elif ran == 10_000:
                done.set_result(None)

        for _ in range(count):
            loop.call_soon(callback, 10_000 // count)
        await done

    row(f"CallSoon[{count}]", 10_000)(operation)


for a_count in (1, 100):
    chains(a_count)


def feeders(threads):
    async def operation():
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        received = 0

        def callback():
            nonlocal received
            received += 1
            if received == 40_000:
                done.set_result(None)

        def feed():
            for _ in range(40_000 // threads):
                loop.call_soon_threadsafe(callback)

        feeding = [threading.Thread(target=feed) for _ in range(threads)]
        for thread in feeding:
            thread.start()
        await done
        for thread in feeding:
            thread.join()

    row(f"CallThreadsafe[{threads}]", 40_000)(operation)


for a_number in (1, 2, 4):
    feeders(a_number)


@row("Timers[fired]", 10_000)
async def timers_fired():
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    fired = 0

    def callback():
        nonlocal fired
        fired += 1
        if fired == 10_000:
            done.set_result(None)

    for _ in range(10_000):
        loop.call_later(0, callback)
    await done


@row("Timers[cancelled]", 10_000)
async def timers_cancelled():
    loop = asyncio.get_running_loop()
    timers = [loop.call_later(3_600 + i * 7_919 % 10_000 / 1_000, print) for i in range(10_000)]
    for timer in timers:
        timer.cancel()
    await asyncio.sleep(0)


async def sleeper(i):
    await asyncio.sleep(0.001)
    return i


@row("GatherFanOut", 1_000)
async def gather_fan_out():
    assert sum(await asyncio.gather(*(sleeper(i) for i in range(1_000)))) == 499_500


@row("LockHandoff", 10 * 100)
async def lock_handoff():
    lock = asyncio.Lock()
    held = 0

    async def holding(_):
        nonlocal held
        for _ in range(100):
            async with lock:
                before = held
                await asyncio.sleep(0)
                held = before + 1

    await group(10, holding)
    assert held == 1_000


VARIABLES = [contextvars.ContextVar(f"variable-{i}") for i in range(10)]


def with_variables(count):
    async def turns(own):
        for variable in VARIABLES[:count]:
            variable.set(own)
        for _ in range(100):
            await asyncio.sleep(0)
            assert count == 0 or VARIABLES[0].get() == own

    async def operation():
        await group(100, turns)

    row(f"ContextSwitchCost[{count}]", 100 * 100)(operation)


for a_count in (0, 1, 10):
    with_variables(a_count)


def parked_memory(name, new_loop):
    """Bytes of the process, since a Python object's memory is not all in one place that can be asked."""
    tasks = 100_000

    def resident():
        gc.collect()
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    async def park():
        event = asyncio.Event()
        before = resident()
        async with asyncio.TaskGroup() as running:
            for _ in range(tasks):
                running.create_task(event.wait())
            await asyncio.sleep(0)
            bytes_each = (resident() - before) / tasks
            event.set()
        print(f"ParkedMemory,{name},{bytes_each:.2f},0.00", flush=True)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(park())


def measure(name, contender, new_loop, seconds):
    operation, operations = ROWS[name]
    with asyncio.Runner(loop_factory=new_loop) as runner:

        def once():
            if asyncio.iscoroutinefunction(operation):
                runner.run(operation())
            else:
                operation(runner, new_loop)

        times = []
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline or len(times) < 4:
            began = time.perf_counter_ns()
            once()
            times.append((time.perf_counter_ns() - began) / operations)
    times = times[len(times) // 4 :]  # the first quarter is the warm-up
    best = min(times)
    print(f"{name},{contender},{best:.2f},{statistics.median(times) - best:.2f}", flush=True)


def contenders():
    yield "asyncio", asyncio.new_event_loop
    try:
        import uvloop
    except ImportError:
        return
    yield "uvloop", uvloop.new_event_loop


def main():
    if sys.version_info < (3, 11):
        print(f"bench: asyncio is left out: Python 3.11 or newer is needed, found {sys.version}", file=sys.stderr)
        return
    for name in sys.argv[2:]:
        for contender, new_loop in contenders():
            if name == "ParkedMemory":
                parked_memory(contender, new_loop)
            elif name in ROWS:
                measure(name, contender, new_loop, int(sys.argv[1]) / 1_000)


main()
