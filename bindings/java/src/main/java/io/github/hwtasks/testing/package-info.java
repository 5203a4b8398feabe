/** Tools for the tests of programs that use the client. */
package io.github.hwtasks.testing;
