package io.asyncrunner.core;

import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;

/** The state of the wake-up protocol as the loop has it, for the twins that get it wrong. */
abstract class ParkedFlag {
  final MpscUnboundedVarHandleArrayQueue<Object> inlet = new MpscUnboundedVarHandleArrayQueue<>(64);
  final Sleeper sleeper = new Sleeper();

  final void loop() {
    sleeper.approach();
    park();
  }

  final void send() {
    sleeper.awaitApproach();
    post("entry");
    sleeper.sent();
  }

  /** Waits if there is nothing in the inlet. */
  abstract void park();

  /** Adds an entry, and wakes the loop if it waits. */
  abstract void post(Object entry);
}
