package io.github.hwtasks;

import java.util.List;
import java.util.Optional;

/**
 * What a sweep found of one ID. Immutable.
 *
 * @param <T> a task
 */
public final class SweepResult<T> {
    private final String instanceId;
    private final List<T> tasks;
    private final HwtasksException error;

    SweepResult(String instanceId, List<T> tasks, HwtasksException error) {
        this.instanceId = instanceId;
        this.tasks = tasks;
        this.error = error;
    }

    /**
     * Returns the ID, as it was given to the sweep.
     *
     * @return the ID
     */
    public String instanceId() {
        return instanceId;
    }

    /**
     * Returns all tasks within the bounds of the sweep.
     *
     * @return an unmodifiable list; empty if the list of the ID failed
     */
    public List<T> tasks() {
        return tasks;
    }

    /**
     * Returns the failure that ended the list of the ID.
     *
     * @return the failure; empty if all tasks were read
     */
    public Optional<HwtasksException> error() {
        return Optional.ofNullable(error);
    }

    /** Shows the ID, and the number of tasks or the failure. */
    @Override
    public String toString() {
        var found = error == null ? tasks.size() + " tasks" : error.getMessage();
        return "SweepResult{" + instanceId + ": " + found + "}";
    }
}
