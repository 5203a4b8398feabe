package io.github.hwtasks;

/** The settings of a client, for diagnostics. None of them is a secret. */
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
     * Returns the region.
     *
     * @return the region
     */
    public Setting region() {
        return region;
    }

    /**
     * Returns the endpoint of DCS.
     *
     * @return the endpoint
     */
    public Setting dcsEndpoint() {
        return dcsEndpoint;
    }

    /**
     * Returns the endpoint of DMS.
     *
     * @return the endpoint
     */
    public Setting kafkaEndpoint() {
        return kafkaEndpoint;
    }

    /**
     * Returns the ID of the project. It is not set until it is known.
     *
     * @return the ID
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
