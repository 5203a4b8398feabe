/** Runs the cases of tests/conformance, which hold for the clients of every language. */
package io.github.hwtasks.conformance;
