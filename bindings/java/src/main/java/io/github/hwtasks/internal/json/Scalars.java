package io.github.hwtasks.internal.json;

import io.github.hwtasks.model.Capacity;
import io.github.hwtasks.model.ErrorCode;
import io.github.hwtasks.model.TaskCount;
import io.github.hwtasks.model.Timestamp;

/** The values that are a string or a number, by the names of their schemas. */
public final class Scalars {
    /** A count of tasks. */
    public static final ScalarType<TaskCount> TASK_COUNT = new ScalarType<>(TaskCount::of, TaskCount::ofNumber, false);
    /** A memory size. */
    public static final ScalarType<Capacity> CAPACITY = new ScalarType<>(Capacity::of, Capacity::ofNumber, false);
    /** A time. */
    public static final ScalarType<Timestamp> TIMESTAMP =
            new ScalarType<>((String text) -> Timestamp.of(text), Timestamp::ofNumber, false);
    /** The code of an error. */
    public static final ScalarType<ErrorCode> ERROR_CODE = new ScalarType<>(ErrorCode::of, ErrorCode::ofNumber, true);

    private Scalars() {}
}
