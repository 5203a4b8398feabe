package io.github.hwtasks;

/**
 * The settings of a client as they were when {@link HwtasksClient#settings()} was called, and where each comes from. None
 * of them is a secret. Immutable.
 */
public final class Settings {
    private final Setting region;
    private final Setting dcsEndpoint;
    private final Setting kafkaEndpoint;
    private final Setting projectId;

    Settings(Setting region, Setting dcsEndpoint, Setting kafkaEndpoint, Setting projectId) {
        this.region = region;
        this.dcsEndpoint = dcsEndpoint;
        this.kafkaEndpoint = kafkaEndpoint;
        this.projectId = projectId;
    }

    /**
     * Returns the ID of the region, such as {@code cn-north-4}.
     *
     * @return the region; not set where the endpoints and the project ID are set without one
     */
    public Setting region() {
        return region;
    }

    /**
     * Returns the URL of the endpoint of DCS.
     *
     * @return the endpoint; not set where {@link HwtasksClient#dcs()} cannot be called
     */
    public Setting dcsEndpoint() {
        return dcsEndpoint;
    }

    /**
     * Returns the URL of the endpoint of DMS.
     *
     * @return the endpoint; not set where {@link HwtasksClient#kafka()} cannot be called
     */
    public Setting kafkaEndpoint() {
        return kafkaEndpoint;
    }

    /**
     * Returns the ID of the project.
     *
     * @return the ID; not set until it is known, which {@link HwtasksClient#load()} or the first call sees to
     */
    public Setting projectId() {
        return projectId;
    }

    /** Shows all settings. */
    @Override
    public String toString() {
        return "Settings{region: " + region + ", DCS: " + dcsEndpoint + ", Kafka: " + kafkaEndpoint + ", project ID: "
                + projectId + "}";
    }
}
