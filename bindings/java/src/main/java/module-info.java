/** Client for the background tasks of Huawei Cloud DCS (Redis) and DMS for Kafka. */
module io.github.hwtasks {
    requires com.fasterxml.jackson.core;
    requires transitive java.net.http;
    requires org.slf4j;

    exports io.github.hwtasks;
    exports io.github.hwtasks.credentials;
    exports io.github.hwtasks.model;
    exports io.github.hwtasks.signer;
    exports io.github.hwtasks.testing;
}
