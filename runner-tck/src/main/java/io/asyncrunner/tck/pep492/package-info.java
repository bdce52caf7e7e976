/** {@code test_pep492.py}. */
package io.asyncrunner.tck.pep492;
