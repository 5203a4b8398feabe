package io.github.hwtasks.internal.json;

/**
 * A number of a JSON text.
 *
 * @param text the number as it came
 */
public record JsonNumber(String text) {}
