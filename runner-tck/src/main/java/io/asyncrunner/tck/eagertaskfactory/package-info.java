/** {@code test_eager_task_factory.py}. */
package io.asyncrunner.tck.eagertaskfactory;
