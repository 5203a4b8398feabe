package io.github.hwtasks.internal;

import io.github.hwtasks.internal.json.DecodeFailure;
import java.time.Instant;
import java.util.Map;

/** What IAM says of a new token: the expiry is null, and the others are empty, where it does not. */
public record TokenResponse(String token, Instant expiry, String projectId) {
    public static TokenResponse read(Received received) throws DecodeFailure {
        Map<?, ?> issued = ErrorBody.member(ErrorBody.object(received.body()), "token");
        return new TokenResponse(
                received.header("X-Subject-Token"),
                Times.parse(ErrorBody.text(issued, "expires_at")),
                ErrorBody.text(ErrorBody.member(issued, "project"), "id"));
    }

    @Override
    public String toString() {
        return "TokenResponse{expiry: " + expiry + "}";
    }
}
