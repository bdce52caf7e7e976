package io.asyncrunner.compat.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.asyncrunner.compat.Loops;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Runs a script undisturbed, to count its steps, and then once per step with an attack just before that step: for each
 * {@link Attack}, and for each {@link Target}. After each run the script's invariant has to hold. Of a long time in which
 * nothing happens only the ends are attacked. Of a long script the build attacks every second step, or the third, and so on, for each
 * target others, so that of each kind of attack there are not many more than 200 on confined fibers, and 40 elsewhere, where loops or fibers are slow to make;
 * {@code -Dasyncrunner.steps=all} attacks all.
 */
final class CancelAtEveryStep {
  private static final int TURNS_OF_AN_UNDISTURBED_RUN = 500;

  private static final boolean ALL = "all".equals(System.getProperty("asyncrunner.steps"));

  private CancelAtEveryStep() {}

  /** An exchange between tasks. */
  @FunctionalInterface
  interface Script {
    /**
     * Makes the tasks. Called while the loop does not run yet.
     *
     * @param exchange of this run
     * @return what checks, after all tasks have ended and while the loop does not run, that nothing is lost, duplicated or held
     */
    Runnable begin(Exchange exchange);
  }

  /** Runs a script as often as is needed; fails with the attack, the target and the step that did it. */
  static void run(Loops loops, Script script) {
    Exchange undisturbed = new Exchange(loops);
    undisturbed.run(script, TURNS_OF_AN_UNDISTURBED_RUN);
    int steps = undisturbed.steps();
    Exchange again = new Exchange(loops);
    again.run(script, TURNS_OF_AN_UNDISTURBED_RUN);
    assertThat(again.steps()).as("steps: a script has to be the same each time").isEqualTo(steps);
    int turnLimit = 3 * undisturbed.turns() + 50;
    Set<String> hit = new LinkedHashSet<>();
    List<Participant> victims = undisturbed.participants.stream().filter(each -> each.isVictim).toList();
    List<Target> targets = Target.among(victims);
    int most = loops == Loops.CONFINED ? 200 : 40;
    int stride = ALL ? 1 : 1 + undisturbed.eventfulSteps().size() * targets.size() / most;
    int begun = 0;
    for (Attack attack : Attack.on(loops)) {
      for (Target target : targets) {
        int nth = begun++;
        List<String> effects = target.of(victims).stream().map(each -> attack + ", of " + each.name).toList();
        for (int step : undisturbed.eventfulSteps()) {
          if (nth++ % stride != 0 && hit.containsAll(effects)) {
            continue;
          }
          Exchange exchange = new Exchange(loops, attack, target, step);
          try {
            exchange.run(script, turnLimit);
          } catch (Throwable failed) {
            throw new AssertionError(attack + ", of " + target + ", before step " + step + " of " + steps + ": "
                + failed.getMessage(), failed);
          }
          exchange.participants.stream()
              .filter(Participant::wasHit)
              .forEach(each -> hit.add(attack + ", of " + each.name));
        }
      }
    }
    for (Attack attack : Attack.on(loops)) {
      for (Participant each : victims) {
        assertThat(hit).as("attacks that had an effect").contains(attack + ", of " + each.name);
      }
    }
  }
}
