package io.github.hwtasks.internal.json;

import java.util.function.Function;

/**
 * How a value that is a string or a number is made.
 *
 * @param ofText makes it of a string
 * @param ofNumber makes it of a number, as JSON writes it
 * @param takesBooleans whether a boolean counts as a string
 * @param <T> the type of the value
 */
public record ScalarType<T>(Function<String, T> ofText, Function<String, T> ofNumber, boolean takesBooleans) {}
