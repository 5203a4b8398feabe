package io.github.hwtasks.internal;

/**
 * An item with the response that shows it.
 *
 * @param value the item; null if the response shows none
 * @param response the response; null if none was read
 */
record Found<T>(T value, Received response) {}
