/**
 * The client, its services, options, results and errors. Begin with {@link io.github.hwtasks.HwtasksClient}.
 *
 * <p>These conventions hold in every package, unless a method says otherwise:
 *
 * <ul>
 *   <li><b>null:</b> No method returns null; a value that may be missing is an {@code Optional}. An option, a callback or
 *       a provider that is null is a {@link NullPointerException}. An ID that is null is refused as an empty one is.
 *   <li><b>Threads:</b> Clients, services, providers, options and results may be shared by threads. Builders, iterators
 *       and streams may not.
 *   <li><b>Errors:</b> Exceptions are unchecked. Those of a call are {@link io.github.hwtasks.HwtasksException}s, which an
 *       interruption is too: {@link io.github.hwtasks.CancelledException}.
 *   <li><b>Times:</b> An {@code Instant} is a time of the service, and a {@code Duration} a time of this machine.
 * </ul>
 */
package io.github.hwtasks;
