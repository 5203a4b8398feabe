package io.github.hwtasks.signer;

import io.github.hwtasks.internal.SignerCore.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A request to sign. It is immutable. */
public final class SigningRequest {
    private final String method;
    private final String url;
    private final List<Field> headers;
    private final byte[] body;

    private SigningRequest(Builder builder) {
        this.method = builder.method;
        this.url = Objects.requireNonNull(builder.url, "the URL is not set");
        this.headers = List.copyOf(builder.headers);
        this.body = builder.body;
    }

    /**
     * Returns a builder of a {@code GET} without headers and body.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the HTTP method.
     *
     * @return the method
     */
    public String method() {
        return method;
    }

    /**
     * Returns the URL.
     *
     * @return the URL
     */
    public String url() {
        return url;
    }

    List<Field> headers() {
        return headers;
    }

    byte[] body() {
        return body;
    }

    /** Shows the method alone: a URL, headers and a body may contain secrets. */
    @Override
    public String toString() {
        return "SigningRequest{" + method + "}";
    }

    /** Makes a {@link SigningRequest}. */
    public static final class Builder {
        private final List<Field> headers = new ArrayList<>();
        private String method = "GET";
        private String url;
        private byte[] body = new byte[0];

        private Builder() {}

        /**
         * Sets the HTTP method. Default: {@code GET}.
         *
         * @param given the method
         * @return this builder
         */
        public Builder method(String given) {
            method = Objects.requireNonNull(given, "method");
            return this;
        }

        /**
         * Sets the URL, which is required: an absolute one, such as
         * {@code https://dms.cn-north-4.myhuaweicloud.com/v2/p/instances?offset=0}, or a path with a query, if there is a
         * header {@code Host}.
         *
         * @param given the URL
         * @return this builder
         */
        public Builder url(String given) {
            url = Objects.requireNonNull(given, "url");
            return this;
        }

        /**
         * Adds a header. All are signed, except those with an underscore in their names.
         *
         * @param name the name, in any case
         * @param value the value
         * @return this builder
         */
        public Builder header(String name, String value) {
            headers.add(new Field(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value")));
            return this;
        }

        /**
         * Sets the body, which is hashed. Default: none.
         *
         * @param given the bytes
         * @return this builder
         */
        public Builder body(byte[] given) {
            body = given.clone();
            return this;
        }

        /**
         * Makes the request.
         *
         * @return the request
         * @throws NullPointerException if the URL is not set
         */
        public SigningRequest build() {
            return new SigningRequest(this);
        }
    }
}
