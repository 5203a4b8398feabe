package io.github.hwtasks.signer;

import io.github.hwtasks.internal.SignerCore;
import java.util.Collections;
import java.util.Map;

/** What a signature adds to a request. */
public final class SignedRequest {
    private final SignerCore.Result result;

    SignedRequest(SignerCore.Result result) {
        this.result = result;
    }

    /**
     * Returns the headers to set, which replace those of the same names.
     *
     * @return the headers, with {@code Authorization} and {@code Host} among them
     */
    public Map<String, String> headers() {
        return Collections.unmodifiableMap(result.headers());
    }

    /**
     * Returns the header {@code Authorization}.
     *
     * @return its value
     */
    public String authorization() {
        return result.authorization();
    }

    /**
     * Returns the path and the query to send. The query is in signed order.
     *
     * @return the target of the request
     */
    public String target() {
        return result.target();
    }

    /**
     * Returns the names of the signed headers.
     *
     * @return the names in lower case, joined by semicolons
     */
    public String signedHeaders() {
        return result.signedHeaders();
    }

    /**
     * Returns the text that is hashed. Secret headers are in it.
     *
     * @return the canonical request
     */
    public String canonicalRequest() {
        return result.canonicalRequest();
    }

    /** Shows the names of the signed headers alone. */
    @Override
    public String toString() {
        return "SignedRequest{headers: " + signedHeaders() + "}";
    }
}
