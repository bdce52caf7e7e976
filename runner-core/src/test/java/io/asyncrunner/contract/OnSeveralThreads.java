package io.asyncrunner.contract;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A test in which several threads run or close one loop; not for kinds of loop that belong to one. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@ExtendWith(OnSeveralThreads.Condition.class)
@interface OnSeveralThreads {
  /** Looks at the kind. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return context.getTestInstance().filter(test -> ((LoopKind) test).belongsToOneThread()).isPresent()
          ? ConditionEvaluationResult.disabled("loops of this kind belong to one thread, which they have a test for")
          : ConditionEvaluationResult.enabled("");
    }
  }
}
