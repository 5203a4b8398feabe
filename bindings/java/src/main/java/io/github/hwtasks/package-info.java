/** The client, its services, options, results and errors. */
package io.github.hwtasks;
