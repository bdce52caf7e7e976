package io.asyncrunner;

/**
 * Is told what went wrong where nobody could be told by an exception: a callback that threw, a task that failed while
 * its Runner was closing. See {@link EventLoop#setExceptionHandler}.
 *
 * @asyncio the callable given to {@code loop.set_exception_handler}
 */
@FunctionalInterface
public interface ExceptionHandler {
  /**
   * Handles one report, in the {@link Context} of the task or callback that it is about. What it throws is reported by the
   * loop's default handler instead, except for {@link KeyboardInterrupt} and {@link VirtualMachineError}, which end the run.
   *
   * @param loop the loop concerned
   * @param context what happened
   */
  void handle(EventLoop loop, ExceptionContext context);
}
